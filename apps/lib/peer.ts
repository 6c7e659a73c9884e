import { resolve4 } from 'node:dns/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { toBody } from './body.ts'
import { call, Lost, SourceFailure, Unreached } from './call.ts'
import { Refusal } from './refusal.ts'
import { noneIfUnknown } from './unknown-name.ts'

export interface PeerInit extends RequestInit {
  /** How long to look for an instance, and how long the one found may be silent; 5 s by default. */
  timeoutMs?: number
  /** The request may be sent to another instance after the first one's answer was lost. */
  again?: boolean
}

/** How long an answer of the naming service is used, and how long a failed instance is left out. */
const KNOWN_MS = 1000
const LEFT_OUT_MS = 2000

/** With addresses at hand, a request waits at most this long for newer ones. */
const ASK_MS = 500

/** The pause between two rounds in which no instance could be reached. */
const ROUND_MS = 100

/** Another service, found by name. Its instances take turns: the one that has waited longest goes first. */
export class Peer {
  readonly name: string
  readonly #addresses: () => Promise<string[]>
  readonly #turns = new Map<string, number>()
  readonly #leftOut = new Map<string, number>()
  #known: string[] = []
  #knownUntil = 0
  #asking: Promise<void> | undefined
  #turn = 0

  /** @param addresses `host:port` of each instance; none, or an error, means ask again later */
  constructor(name: string, addresses: () => Promise<string[]>) {
    this.name = name
    this.#addresses = addresses
  }

  /**
   * Asks one instance. If it cannot be reached, the next one is asked, and with `again` also if its answer is
   * lost; a body that is a stream is sent once. The answer's body has to be read or cancelled.
   * @throws Refusal 503 when nobody answers within the time limit; what a streamed body throws
   */
  async fetch(path: string, init: PeerInit = {}): Promise<Response> {
    const { timeoutMs = 5000, again = false, method = 'GET', signal } = init
    const body = await toBody(init.body)
    const what = {
      method: method.toUpperCase(),
      headers: new Headers(init.headers),
      body,
      // Leaves time for a second instance.
      silenceMs: again ? timeoutMs / 2 : timeoutMs,
      signal: signal ?? undefined,
    }
    const end = Date.now() + timeoutMs
    let failure: unknown
    do {
      const address = await this.#next()
      if (address !== undefined) {
        try {
          return await call(address, path, what)
        } catch (error) {
          if (error instanceof SourceFailure) throw error.cause
          if (!(error instanceof Unreached || error instanceof Lost)) throw error
          failure = error
          this.#leaveOut(address)
          if (error instanceof Lost && (!again || body.once)) break
        }
      }
      if (!this.#hasFresh()) await pause(ROUND_MS)
    } while (Date.now() < end)
    throw new Refusal(503, `${this.name} does not answer; try again in a few seconds.`, { cause: failure })
  }

  async #next(): Promise<string | undefined> {
    await this.#refresh()
    const fresh = this.#known.filter((address) => this.#isFresh(address))
    // When all have failed they are asked anyway: one may be back before its time is up.
    const [first] = (fresh.length > 0 ? fresh : this.#known)
      .map((address) => ({ address, turn: this.#turns.get(address) ?? -Math.random() }))
      .sort((a, b) => a.turn - b.turn)
    if (first === undefined) return undefined
    this.#turn += 1
    this.#turns.set(first.address, this.#turn)
    return first.address
  }

  async #refresh(): Promise<void> {
    if (Date.now() < this.#knownUntil) return
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    await (this.#known.length > 0 ? Promise.race([this.#asking, pause(ASK_MS)]) : this.#asking)
  }

  async #ask(): Promise<void> {
    try {
      this.#known = await this.#addresses()
      this.#knownUntil = this.#known.length > 0 ? Date.now() + KNOWN_MS : 0
    } catch {
      // A failing naming service says nothing about the instances: the known ones stay.
      this.#knownUntil = Date.now() + ROUND_MS
    }
    for (const address of this.#turns.keys()) {
      if (this.#known.includes(address)) continue
      this.#turns.delete(address)
      this.#leftOut.delete(address)
    }
  }

  #leaveOut(address: string): void {
    this.#leftOut.set(address, Date.now() + LEFT_OUT_MS)
  }

  #isFresh(address: string): boolean {
    return (this.#leftOut.get(address) ?? 0) <= Date.now()
  }

  #hasFresh(): boolean {
    return this.#known.some((address) => this.#isFresh(address))
  }
}

/**
 * A service in Consul's catalog, `<service>.service.consul`; only instances that pass their checks are in its
 * DNS.
 */
export function consulPeer(service: string, port: number): Peer {
  return new Peer(service, async () => {
    const addresses = await resolve4(`${service}.service.consul`).catch(noneIfUnknown)
    return addresses.map((address) => `${address}:${port}`)
  })
}
