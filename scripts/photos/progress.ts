interface Terminal {
  isTTY?: boolean
  write(text: string): unknown
}

/** One line that is written over on a terminal; elsewhere a line at the end of each part. */
export class Progress {
  readonly #terminal: Terminal | undefined
  #line = ''

  /** @param terminal absent: nothing is written */
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

  /** Leaves the last line standing. */
  end(): void {
    if (this.#line !== '') this.#terminal?.write(this.#terminal.isTTY ? '\n' : `${this.#line}\n`)
    this.#line = ''
  }
}
