/** Lets everything that is pending in the event loop run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * A running Lambda. An open one stops before each call until it is allowed to continue; one that is cut off
 * never does.
 */
export class Flight {
  /** Seconds. */
  readonly start: number
  over = false
  /** No other one was running at the same time. */
  alone = true
  /** Instances that EC2 leaves out of its answers to it, although they exist. */
  readonly hidden: ReadonlySet<string>
  /** Instances whose entries it removed because EC2 did not show them, although they existed. */
  readonly missed = new Set<string>()
  #open: boolean
  #cut = false
  #work = Promise.resolve()
  readonly #waiting: (() => void)[] = []

  constructor(start: number, open: boolean, hidden: ReadonlySet<string>) {
    this.start = start
    this.hidden = hidden
    this.#open = open
  }

  /** Called before each call. */
  async pass(): Promise<void> {
    if (this.#open) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Starts it; resolves when it is over, stops before a call or has been cut off. */
  async begin(work: () => Promise<void>): Promise<void> {
    this.#work = work().finally(() => {
      this.over = true
    })
    await (this.#open ? settled() : this.#work)
  }

  /** Lets one of its pending calls continue. */
  async step(which: number): Promise<void> {
    if (this.#cut || this.#waiting.length === 0) return
    const [go] = this.#waiting.splice(which % this.#waiting.length, 1)
    go?.()
    await settled()
  }

  /** Makes it stop no more. */
  async finish(): Promise<void> {
    this.#open = false
    for (const go of this.#waiting.splice(0)) go()
    await this.#work
  }

  cut(): void {
    this.#cut = true
    this.over = true
  }
}

/** The port as a flight uses it: `before` runs before every call of a verb and may throw. */
export function through<T extends object>(port: T, before: (verb: string) => Promise<void>): T {
  return new Proxy(port, {
    get(target, name) {
      const verb: unknown = Reflect.get(target, name)
      if (typeof verb !== 'function') return verb
      return async (...args: unknown[]): Promise<unknown> => {
        await before(String(name))
        return (await verb.apply(target, args)) as unknown
      }
    },
  })
}
