import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Where text goes; `process.stdout` and `process.stderr` are such. */
export interface Sink {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

/** Where a command writes: its result to standard output, progress and hints to standard error. */
export class Output {
  readonly json: boolean
  readonly #out: Sink
  readonly #err: Sink
  /** Lines that `live` wrote last and that are still on the screen. */
  #drawn = 0

  constructor(json: boolean, out: Sink = process.stdout, err: Sink = process.stderr) {
    this.json = json
    this.#out = out
    this.#err = err
  }

  /**
   * The command's result: `data` with `--json`, otherwise `text` (or nothing, if the progress said it all).
   */
  result(data: unknown, text?: string): void {
    this.live([])
    if (this.json) this.#out.write(`${JSON.stringify(data, null, 2)}\n`)
    else if (text !== undefined) this.#out.write(`${text}\n`)
  }

  /** One line of a result that grows, such as a log; with `--json` one document per line. */
  line(data: unknown, text: string): void {
    this.#out.write(`${this.json ? JSON.stringify(data) : text}\n`)
  }

  /** Whether the result goes to a terminal, which can draw it again. */
  get drawsAgain(): boolean {
    return this.#out.isTTY === true && !this.json
  }

  /** Shows the result in place of what was on the terminal. */
  screen(text: string): void {
    const lines = text.split('\n').map((line) => `${line}\u001b[K\n`)
    this.#out.write(`\u001b[H${lines.join('')}\u001b[J`)
  }

  /** A line of progress, kept out of the result. */
  note(line: string): void {
    this.live([])
    this.#err.write(`${line}\n`)
  }

  /** Replaces what the last call drew below the progress; draws nothing without a terminal. */
  live(lines: string[]): void {
    if (this.#err.isTTY !== true) return
    const width = (this.#err.columns || 100) - 1
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A\r\u001b[J` : ''
    const text = lines.map((line) => `${this.paint('dim', line.slice(0, width))}\n`).join('')
    if (up || text) this.#err.write(`${up}${text}`)
    this.#drawn = lines.length
  }

  /** Colour on a terminal only; NO_COLOR and FORCE_COLOR are respected. */
  paint(style: Style, text: string): string {
    if (this.#err.isTTY !== true) return text
    return styleText(style, text, { stream: process.stderr })
  }
}

/** `45 s`, `3 min 5 s`: a duration or an age, from milliseconds. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
