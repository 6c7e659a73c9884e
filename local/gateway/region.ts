import { ServiceFailure } from '../../core/base/errors.ts'
import { keyHeader, type RootKey } from '../root-key.ts'
import type { ElbState, HealthReport } from './state.ts'

/** Milliseconds: the region holds a poll open for at most 20 s. */
const POLL_TIMEOUT_MS = 30_000
const RETRY_MS = 300

/** The part of the region's private API that the gateway uses. */
export class RegionClient {
  readonly #endpoint: string
  readonly #key: Record<string, string>
  readonly #stop = new AbortController()

  constructor(endpoint: string, key?: RootKey) {
    this.#endpoint = endpoint
    this.#key = keyHeader(key)
  }

  stop(): void {
    this.#stop.abort()
  }

  /**
   * Yields the load balancer state now and whenever it changes, until `stop`. While the region is down the
   * last state stays valid; `renewed` is true for the first state after such a gap, when the region has
   * forgotten what was reported to it.
   */
  async *states(): AsyncGenerator<{ state: ElbState; renewed: boolean }> {
    let version: number | undefined
    let renewed = true
    while (!this.#stop.signal.aborted) {
      const state = await this.#poll(renewed ? undefined : version)
      if (!state) {
        renewed = true
        await this.#pause()
        continue
      }
      if (renewed || state.version !== version) yield { state, renewed }
      version = state.version
      renewed = false
    }
  }

  /** Throws ServiceFailure when the region does not accept the report. */
  async report(health: HealthReport): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(5_000)])
    try {
      const answer = await fetch(`${this.#endpoint}/_nanofleet/elb/health`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', ...this.#key },
        body: JSON.stringify(health),
        signal,
      })
      await answer.arrayBuffer()
      if (!answer.ok)
        throw new ServiceFailure(`PUT /_nanofleet/elb/health: the region answered ${answer.status}`)
    } catch (cause) {
      if (cause instanceof ServiceFailure) throw cause
      throw new ServiceFailure('PUT /_nanofleet/elb/health: the region does not answer', { cause })
    }
  }

  /** Undefined when the region does not answer, or answers something else. */
  async #poll(version: number | undefined): Promise<ElbState | undefined> {
    const query = version === undefined ? '' : `?version=${version}`
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(POLL_TIMEOUT_MS)])
      const answer = await fetch(`${this.#endpoint}/_nanofleet/elb${query}`, { signal, headers: this.#key })
      if (answer.ok) return (await answer.json()) as ElbState
      await answer.arrayBuffer()
      return undefined
    } catch {
      return undefined
    }
  }

  #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, RETRY_MS)
    return promise
  }
}
