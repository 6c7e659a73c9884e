import { Resolver } from 'node:dns/promises'

/**
 * Looks up a name in several Consul servers' DNS every 20 ms and records how long each address was missing.
 */
export class NameWatch {
  /** The longest time in milliseconds without an address, at the server where it was longest. */
  longestGap = 0
  samples = 0
  /** Answers that lacked an address; a question that nobody answered is none. */
  lacking = 0
  /** Answers without any address. */
  empty = 0
  readonly #expected: string[]
  readonly #seen = new Map<string, number>()
  readonly #timer: NodeJS.Timeout
  readonly #pending = new Set<Promise<void>>()

  /**
   * @param servers addresses of servers that are up for as long as it watches
   * @param expected addresses that the name should have all the time
   */
  constructor(name: string, servers: string[], expected: string[]) {
    this.#expected = expected
    const resolvers = servers.map((address) => {
      const resolver = new Resolver({ timeout: 500, tries: 1 })
      resolver.setServers([`${address}:8600`])
      return { address, resolver }
    })
    for (const server of servers) for (const each of expected) this.#seen.set(`${server} ${each}`, Date.now())
    this.#timer = setInterval(() => {
      for (const { address, resolver } of resolvers) {
        const asking = this.#ask(name, address, resolver).finally(() => this.#pending.delete(asking))
        this.#pending.add(asking)
      }
    }, 20)
  }

  /** Stops it; an address that is still missing has been missing until now. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#pending)
    for (const seen of this.#seen.values()) this.longestGap = Math.max(this.longestGap, Date.now() - seen)
  }

  async #ask(name: string, server: string, resolver: Resolver): Promise<void> {
    const asked = Date.now()
    const found = await resolver.resolve4(`${name}.service.consul`).catch(noName)
    this.samples += 1
    if (found === undefined) return
    if (this.#expected.some((each) => !found.includes(each))) this.lacking += 1
    if (found.length === 0) this.empty += 1
    for (const each of found) {
      const key = `${server} ${each}`
      const last = this.#seen.get(key)
      if (last === undefined) continue
      this.longestGap = Math.max(this.longestGap, asked - last)
      this.#seen.set(key, Math.max(last, asked))
    }
  }
}

/** NXDOMAIN and an answer without addresses are answers; a timeout is not. */
const noName = (error: NodeJS.ErrnoException): string[] | undefined =>
  error.code === 'ENOTFOUND' || error.code === 'ENODATA' ? [] : undefined
