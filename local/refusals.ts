import { ServiceFailure } from '../core/base/errors.ts'
import { askPrivately, type PrivateApi } from './root-key.ts'

interface Party {
  /** Empty for what belongs to no app. */
  app: string
  service: string
}

/** Calls of one service to another that no security group lets through, as the region counts them. */
export interface Refusal {
  caller: Party
  target: Party
  port: number
  count: number
  /** Seconds since 1970. */
  first: number
  last: number
  /** `refused` before it connected, `cut` within a second, `seen` where the kernel lets nobody cut it. */
  how: 'refused' | 'cut' | 'seen'
}

/**
 * What no rule has opened yet, of the last day, the latest last.
 * @throws {ServiceFailure} when the region does not say
 */
export async function refusals(region: PrivateApi): Promise<Refusal[]> {
  const answer = await askPrivately(region, 'refusals', { signal: AbortSignal.timeout(5000) })
  if (answer.ok) return (await answer.json()) as Refusal[]
  throw new ServiceFailure(`The local region does not tell which calls it refused: status ${answer.status}`)
}
