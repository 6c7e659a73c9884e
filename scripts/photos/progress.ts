interface Terminal {
  isTTY?: boolean
  write(text: string): unknown
}

/** A line that overwrites itself on a terminal; elsewhere one line at the end of each part. */
export class Progress {
  readonly #terminal: Terminal | undefined
  #line = ''

  /** @param terminal nothing is written without it */
  constructor(terminal: Terminal | undefined) {
    this.#terminal = terminal
  }

  /** A line that stays. */
  say(line: string): void {
    this.#terminal?.write(`${line}\n`)
  }

  /** Shows how far a part is. */
  show(line: string): void {
    if (this.#terminal?.isTTY && line !== this.#line) this.#terminal.write(`\r\x1b[K${line}`)
    this.#line = line
  }

  /** Keeps the last line. */
  end(): void {
    if (this.#line !== '') this.#terminal?.write(this.#terminal.isTTY ? '\n' : `${this.#line}\n`)
    this.#line = ''
  }
}
