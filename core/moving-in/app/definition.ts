import { goNanoseconds } from '../../base/go-duration.ts'
import type { Planned } from './planned.ts'

const SECOND = 1e9
/** A longer interval makes deployments slow, as they wait for the check. */
const LONGEST = 10 * SECOND
const USUAL = '1s'

/** What Consul is told of a service; undefined for one that listens nowhere. */
export function definition({ consul, port, protocol, probe, moved }: Planned): object | undefined {
  if (port === undefined) return undefined
  const asked = probe?.port === undefined ? port : (moved.get(probe.port) ?? probe.port)
  const timing = { interval: within(probe?.interval), timeout: within(probe?.timeout) }
  const check = () => {
    if (probe?.kind === 'http' && isPath(probe.path ?? '/'))
      return {
        name: `${consul} answers`,
        http: `http://HEALTHROUTE:${asked}${probe.path ?? '/'}`,
        ...(probe.headers && { header: probe.headers }),
      }
    if (probe?.kind === 'grpc') return { name: `${consul} serves`, grpc: `HEALTHROUTE:${asked}` }
    return { name: `${consul} listens`, tcp: `HEALTHROUTE:${probe ? asked : port}` }
  }
  return { service: { name: consul, port, tags: [protocol], checks: [{ ...check(), ...timing }] } }
}

function within(written: string | undefined): string {
  const length = goNanoseconds(written ?? '')
  if (written === undefined || length === undefined || length < SECOND / 10) return USUAL
  return length > LONGEST ? `${LONGEST / SECOND}s` : written
}

const isPath = (path: string): boolean => /^\/[\x21-\x7e]*$/.test(path) && !/%(?![0-9a-f]{2})/i.test(path)
