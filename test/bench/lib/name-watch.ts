import { setTimeout as sleep } from 'node:timers/promises'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { DnsTcp } from './dns-tcp.ts'

/** When something was first true, in milliseconds since 1970. */
type Moments = Map<string, number>

/**
 * Looks up a name again and again, and records when each address appears in the answer and when it
 * disappears.
 */
export class NameWatch {
  readonly appeared: Moments = new Map()
  readonly left: Moments = new Map()
  readonly #dns: DnsTcp
  readonly #pause: number
  #current = new Set<string>()
  #running = true
  #loop: Promise<void>

  /** @param pause milliseconds between an answer and the next query */
  constructor(server: string, name: string, pause: number) {
    this.#dns = new DnsTcp(server, name)
    this.#pause = pause
    this.#loop = this.#watch()
  }

  /** The current addresses. */
  get answer(): ReadonlySet<string> {
    return this.#current
  }

  /** @throws ServiceFailure when the answer is not exactly these addresses within `seconds` */
  async until(addresses: string[], seconds: number): Promise<void> {
    const missing = (): number => addresses.filter((address) => !this.#current.has(address)).length
    await this.#wait(
      seconds,
      () => this.#current.size === addresses.length && missing() === 0,
      () => `the name has ${this.#current.size} addresses, and ${missing()} of the expected ones are missing`,
    )
  }

  /** @throws ServiceFailure when the answer does not contain the address within `seconds` */
  async seen(address: string, seconds: number): Promise<void> {
    await this.#wait(
      seconds,
      () => this.#current.has(address),
      () => `${address} is not in the answer`,
    )
  }

  async #wait(seconds: number, isThere: () => boolean, problem: () => string): Promise<void> {
    const end = Date.now() + seconds * 1000
    while (!isThere()) {
      if (Date.now() > end) throw new ServiceFailure(`after ${seconds} s ${problem()}`)
      // A watch that failed says why.
      await Promise.race([sleep(this.#pause), this.#loop])
    }
  }

  async stop(): Promise<void> {
    this.#running = false
    await this.#loop
    this.#dns.close()
  }

  async #watch(): Promise<void> {
    while (this.#running) {
      const found = new Set(await this.#dns.ask())
      const now = Date.now()
      for (const address of found) if (!this.#current.has(address)) this.appeared.set(address, now)
      for (const address of this.#current) if (!found.has(address)) this.left.set(address, now)
      this.#current = found
      await sleep(this.#pause)
    }
  }
}
