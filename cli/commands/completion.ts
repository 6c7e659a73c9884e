import { join } from 'node:path'
import { Argument, type Command } from 'commander'
import { OWN_FOLDER } from '../../local/root.ts'
import { completionScript, SHELLS, type Shell } from '../completion/scripts.ts'

const HELP = `
The script calls this checkout's nanofleet at TAB; apps and services are those below images/.

Examples:
  nanofleet completion bash >> ~/.bashrc
  nanofleet completion zsh >> ~/.zshrc      below the line with compinit
  nanofleet completion fish > ~/.config/fish/completions/nanofleet.fish`

/** `nanofleet completion <shell>` */
export function completion(command: Command): void {
  command
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => {
      const program = [process.execPath, join(OWN_FOLDER, 'cli', 'nanofleet.mjs')]
      process.stdout.write(`${completionScript(shell, program)}\n`)
    })
}
