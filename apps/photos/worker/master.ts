import { z } from 'zod'
import type { Peer } from '../../lib/peer.ts'
import { Refusal } from '../../lib/refusal.ts'
import { FILTERS } from '../lib/filters.ts'
import { done, good } from './answer.ts'

const LEASE = z.object({
  id: z.int(),
  attempt: z.int(),
  filter: z.enum(FILTERS),
  original: z.string().default('original'),
})

/** A task that this worker holds, for 20 s. */
export type Lease = z.infer<typeof LEASE>

/** Names in `storage`. */
export interface Names {
  result: string
  before: string
  after: string
}

/** The master as a worker sees it. All verbs throw Refusal, 503 when nobody answers. */
export class Master {
  readonly #peer: Peer
  readonly #worker: string

  /** @param worker the name under which leases are taken */
  constructor(peer: Peer, worker: string) {
    this.#peer = peer
    this.#worker = worker
  }

  /** @returns undefined when there is nothing to do */
  async next(): Promise<Lease | undefined> {
    const path = `/task/next?worker=${encodeURIComponent(this.#worker)}`
    // Not retried: if a lost answer held a lease, a retry would give this worker two tasks.
    const answer = await good(await this.#peer.fetch(path)).catch(noneAt404)
    return answer && LEASE.parse(await answer.json())
  }

  finish(lease: Lease, names: Names, signal: AbortSignal): Promise<void> {
    return this.#report(lease, 'finish', names, { signal })
  }

  fail(lease: Lease, reason: string): Promise<void> {
    return this.#report(lease, 'fail', { reason }, REPORT)
  }

  release(lease: Lease): Promise<void> {
    return this.#report(lease, 'release', {}, REPORT)
  }

  async #report(
    { id, attempt }: Lease,
    verb: string,
    what: object,
    how: { signal?: AbortSignal; timeoutMs?: number },
  ): Promise<void> {
    // May be sent twice: a second report of the same attempt changes nothing.
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ attempt, ...what }),
      again: true,
      ...how,
    }
    await done(await this.#peer.fetch(`/task/${id}/${verb}`, request))
  }
}

/** After that the lease is over, and the report no longer needed. */
const REPORT = { timeoutMs: 1500 }

function noneAt404(error: unknown): undefined {
  if (error instanceof Refusal && error.status === 404) return undefined
  throw error
}
