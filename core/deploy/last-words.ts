/**
 * Console lines that the program did not write: its machine's notes, the frames of a stack, Node's own
 * signature.
 */
const NOT_THE_PROGRAM = /^(\[i-[0-9a-f]+\] |at |Node\.js v\d|\^+$)/

/** How runtimes start the line that says what went wrong; a stack follows it. */
const COMPLAINT = /^(Uncaught )?\w*(Error|Exception)\b|^(panic|fatal( error)?): /i

/** A note of the machine for the one who reads why the program ended. */
const NOTE = /^\[i-[0-9a-f]+\] note: (.+)$/

/** More than the stack of an uncaught error. */
const LINES = 50

/**
 * The console line that says why the program ended: its last error, or else its last output, with the
 * machine's note about it if there is one. Undefined if it printed nothing.
 */
export function lastWords(console: string): string | undefined {
  const lines = console
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(-LINES)
  const said = lines.filter((line) => !NOT_THE_PROGRAM.test(line))
  const words = said.findLast((line) => COMPLAINT.test(line)) ?? said.at(-1) ?? lines.at(-1)
  const note = lines.map((line) => NOTE.exec(line)?.[1]).findLast((one) => one !== undefined)
  return words !== undefined && note !== undefined ? `${words} (${note})` : words
}
