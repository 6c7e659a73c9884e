import type { ConsulServer, Registration } from '../base/catalog.ts'
import type { CheckDefinition } from '../definition/schema.ts'
import { opensPort, type Spoken, spokenOf } from '../definition/spoken.ts'
import { timeoutMs } from './probe.ts'

/**
 * The port at which a Consul server's program asks instances for its own agent, and the header that it wants
 * (apps/platform/consul/prober.go).
 */
const PORT = 8599
const HEADER = 'X-Nanofleet-Probe'

/** The part of the check's time that the program takes for the question, so that its sentence is in time. */
const SHARE = 0.9

/**
 * The registration as this server's agent gets it: a check in a protocol that Consul does not speak becomes
 * an HTTP check, answered by the program in which the agent runs. Entries are compared by their definitions,
 * not by their checks, so nothing else knows about it.
 */
export function throughProber(registration: Registration, { address }: ConsulServer): Registration {
  const spoken = spokenOf(registration.Meta)
  if (spoken === undefined) return registration
  const checks = (registration.Checks ?? []) as CheckDefinition[]
  return {
    ...registration,
    Checks: checks.map((check) => (opensPort(check) ? asked(check, spoken, address) : check)),
  }
}

function asked({ TCP, TCPUseTLS: _false, ...check }: CheckDefinition, spoken: Spoken, server: string) {
  const within = `${Math.ceil(timeoutMs(check) * SHARE)}ms`
  return {
    ...check,
    HTTP: `http://${server}:${PORT}/${spoken}/${TCP}?within=${within}`,
    Header: { [HEADER]: [spoken] },
    DisableRedirects: true,
  }
}
