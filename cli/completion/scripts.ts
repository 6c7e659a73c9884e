/** On TAB each asks the command line what may come next, so that it always matches the checkout. */
const SCRIPTS = {
  bash: (ask: string) => `_nanofleet() {
  local value
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    COMPREPLY+=("$value")
  done < <(${ask} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _nanofleet nanofleet`,

  zsh: (ask: string) => `_nanofleet() {
  local value about
  local -a found
  while IFS=$'\\t' read -r value about; do
    found+=("\${value//:/\\\\:}\${about:+:$about}")
  done < <(${ask} "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe nanofleet found
}
compdef _nanofleet nanofleet`,

  fish: (ask: string) => `function __nanofleet_candidates
  set -l words (commandline --tokenize --cut-at-cursor --current-process)
  set --erase words[1]
  set -l current (commandline --current-token --cut-at-cursor)
  ${ask} $words "$current" 2>/dev/null
end
complete --command nanofleet --no-files --arguments '(__nanofleet_candidates)'`,
}

export type Shell = keyof typeof SCRIPTS

export const SHELLS = Object.keys(SCRIPTS) as Shell[]

/**
 * A script for a shell to read.
 * @param program words that start the command line
 */
export const completionScript = (shell: Shell, program: string[]): string =>
  SCRIPTS[shell]([...program, 'complete', '--'].map(quoted).join(' '))

/** Works in all three shells: close the single quotes, add the quote in double quotes, open them again. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'"'"'`)}'`
