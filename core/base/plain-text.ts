/** ECMA-48: control sequences (colours, cursors), strings up to their terminator (titles, links), others. */
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g

/**
 * What a program wrote for a terminal, as text: without colours and other control sequences, and of a line
 * that was written over (a progress bar) what was left standing.
 */
export function plainText(written: string): string {
  const lines = written.replace(ESCAPES, '').split('\n')
  return lines.map((line) => line.trimEnd().replace(/^.*\r/s, '').replace(CONTROLS, '')).join('\n')
}
