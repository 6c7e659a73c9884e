/** Where in a price list a value is: `['products', 'ABC']`, `['terms', 'OnDemand', 'ABC']`. */
export type Path = readonly string[]

/** What to do with a value: `take` it whole, `enter` the object, or `skip` it. */
export type Choice = 'take' | 'enter' | 'skip'

const [QUOTE, BACKSLASH, OPEN, CLOSE, LIST, LIST_END, COLON, COMMA] = [34, 92, 123, 125, 91, 93, 58, 44]

type State = 'begin' | 'entry' | 'name' | 'colon' | 'value' | 'text' | 'word' | 'nested' | 'over'

/**
 * Takes a JSON object apart while its bytes come: EC2's price list of one region has 440 MB. What nobody
 * wants is only looked through for its end.
 */
export class OfferScan {
  readonly #choose: (path: Path) => Choice
  readonly #took: (path: Path, value: unknown) => void
  #state: State = 'begin'
  /** Names of the objects that were entered. */
  readonly #path: string[] = []
  /** Of the entry at hand. */
  #name = ''
  #taking = false
  /** How deep it is inside the value at hand, and whether inside a text there. */
  #depth = 0
  #quoted = false
  #escaped = false
  /** What earlier pieces had of the name or value at hand, and where it begins in this one. */
  #held: Uint8Array[] = []
  #from = -1

  /** @param took gets each value that `choose` takes */
  constructor(choose: (path: Path) => Choice, took: (path: Path, value: unknown) => void) {
    this.#choose = choose
    this.#took = took
  }

  /** The object has come to its last bracket. */
  get complete(): boolean {
    return this.#state === 'over'
  }

  write(piece: Uint8Array): void {
    if (this.#from !== -1) this.#from = 0
    for (let at = 0; at < piece.length; at++) {
      if (this.#state === 'nested') at = this.#nested(piece, at)
      else this.#step(piece[at] as number, piece, at)
    }
    if (this.#from !== -1) this.#held.push(piece.slice(this.#from))
  }

  #step(byte: number, piece: Uint8Array, at: number): void {
    const state = this.#state
    if (state === 'begin' && byte === OPEN) this.#state = 'entry'
    else if (state === 'entry') this.#entry(byte, at)
    else if (state === 'name' && this.#closesText(byte)) this.#named(piece, at + 1)
    else if (state === 'colon' && byte === COLON) this.#state = 'value'
    else if (state === 'value' && byte > 32) this.#value(byte, at)
    else if (state === 'text' && this.#closesText(byte)) this.#end(piece, at + 1)
    else if (state === 'word' && (byte <= 32 || byte === COMMA || byte === CLOSE)) {
      this.#end(piece, at)
      this.#entry(byte, at)
    }
  }

  #named(piece: Uint8Array, to: number): void {
    this.#name = JSON.parse(this.#raw(piece, to)) as string
    this.#state = 'colon'
  }

  #entry(byte: number, at: number): void {
    if (byte === QUOTE) {
      this.#state = 'name'
      this.#from = at
    }
    if (byte === CLOSE && this.#path.pop() === undefined) this.#state = 'over'
  }

  #value(byte: number, at: number): void {
    const choice = this.#choose([...this.#path, this.#name])
    if (byte === OPEN && choice === 'enter') {
      this.#path.push(this.#name)
      this.#state = 'entry'
      return
    }
    this.#taking = choice === 'take'
    if (this.#taking) this.#from = at
    this.#depth = 1
    this.#state = byte === QUOTE ? 'text' : byte === OPEN || byte === LIST ? 'nested' : 'word'
  }

  /** Goes on to the end of the value or of the piece. */
  #nested(piece: Uint8Array, from: number): number {
    for (let at = from; at < piece.length; at++) {
      const byte = piece[at] as number
      if (this.#quoted) this.#quoted = !this.#closesText(byte)
      else if (byte === QUOTE) this.#quoted = true
      else if (byte === OPEN || byte === LIST) this.#depth++
      else if ((byte === CLOSE || byte === LIST_END) && --this.#depth === 0) {
        this.#end(piece, at + 1)
        return at
      }
    }
    return piece.length
  }

  /** Whether the byte is the quote that ends the text at hand. */
  #closesText(byte: number): boolean {
    if (this.#escaped) this.#escaped = false
    else if (byte === BACKSLASH) this.#escaped = true
    else return byte === QUOTE
    return false
  }

  #end(piece: Uint8Array, to: number): void {
    this.#state = 'entry'
    if (this.#taking) this.#took([...this.#path, this.#name], JSON.parse(this.#raw(piece, to)))
    this.#taking = false
  }

  #raw(piece: Uint8Array, to: number): string {
    const all = [...this.#held, piece.subarray(this.#from, to)]
    this.#held = []
    this.#from = -1
    return Buffer.concat(all).toString('utf8')
  }
}
