import { InvalidInput } from '../base/errors.ts'
import type { InstanceHealth } from './instance-health.ts'

/** One instance of a service as far as it matters for giving it back. */
export interface Candidate {
  id: string
  /** What its group does with it. */
  stage: string
  consul: InstanceHealth
  balancer?: { state: string }
}

const isUnknown = ({ consul, balancer }: Candidate): boolean =>
  consul.state === 'unknown' || balancer?.state === 'unknown'

const isHealthy = ({ stage, consul, balancer }: Candidate): boolean =>
  stage === 'serving' &&
  (consul.state === 'passing' || consul.state === 'none') &&
  (balancer === undefined || balancer.state === 'healthy')

/**
 * Refuses to give an instance back to its group when that would serve nobody.
 * @param among all instances of its service, itself too
 * @param service `app/service`
 * @throws {InvalidInput} for one that is leaving or in Standby, and for the last that is or may be healthy
 */
export function refuseReplacement(
  instance: string,
  among: readonly Candidate[],
  service: string,
  force: boolean,
): void {
  const place = `replace ${instance}`
  const own = among.find(({ id }) => id === instance)
  if (!own || (own.stage !== 'serving' && own.stage !== 'starting'))
    throw new InvalidInput(
      place,
      `it is ${own?.stage === 'standby' ? 'in Standby' : 'leaving'}, so ${service} does not count it`,
      'nothing was changed',
    )
  const others = among.some((each) => each.id !== instance && isHealthy(each))
  if (force || others || !(isHealthy(own) || isUnknown(own))) return
  throw new InvalidInput(
    place,
    isUnknown(own)
      ? `nobody can say whether another instance of ${service} is healthy`
      : `it is the last healthy instance of ${service}`,
    'pass --force to replace it all the same',
  )
}
