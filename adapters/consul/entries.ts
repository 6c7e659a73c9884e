import { sha256 } from '../../core/base/canonical.ts'
import type { CatalogEntry, EntryStatus, Registration } from '../../core/base/catalog.ts'
import { META } from '../../core/registration/registration-meta.ts'

/** A service as the agent and the catalog answer it (Consul docs, "Agent HTTP API: Service"). */
export interface AgentService {
  ID: string
  Service: string
  Tags: string[] | null
  Meta: Record<string, string> | null
  Port: number
  Address: string
}

export interface AgentCheck {
  Node: string
  CheckID: string
  Status: string
  ServiceID: string
  /** For maintenance, its reason. */
  Notes: string
  /** What the check said last. */
  Output: string
}

export interface HealthEntry {
  Node: { Node: string; Address: string }
  Service: AgentService
  Checks: AgentCheck[]
}

/**
 * What an entry's meta says of the token that registered it. An agent keeps that token and goes on using it
 * for the entry, so an entry registered with another token must be registered again.
 */
const markOf = (token: string): string => sha256(token).slice(0, 8)

/** The registration as it is sent with this token. */
export const marked = (registration: Registration, token: string): Registration => ({
  ...registration,
  Meta: { ...registration.Meta, [META.token]: markOf(token) },
})

const MAINTENANCE = '_service_maintenance:'

/**
 * The registration with the check that puts its service into maintenance: with a second call for that, it
 * would be in DNS in between. A TTL check that nobody renews stays critical, and it ends like any maintenance
 * (tried with 1.19).
 */
export const inMaintenance = (registration: Registration, reason: string): Registration => ({
  ...registration,
  Checks: [
    ...((registration.Checks ?? []) as object[]),
    {
      CheckID: `${MAINTENANCE}${registration.ID}`,
      Name: 'Service Maintenance Mode',
      Notes: reason,
      TTL: '1h',
      Status: 'critical',
    },
  ],
})

/**
 * Without the mark of this token. The mark of another token, or of none, stays and makes the entry differ
 * from what is wanted.
 */
function unmarked(meta: Record<string, string>, token: string): Record<string, string> {
  const { [META.token]: mark = 'none', ...others } = meta
  return mark === markOf(token) ? others : { ...others, [META.token]: mark }
}

/** @param token the token that writes the catalog */
export function toEntry(
  service: AgentService,
  checks: AgentCheck[],
  nodeAddress: string,
  token: string,
): CatalogEntry {
  const meta = unmarked(service.Meta ?? {}, token)
  return {
    id: service.ID,
    service: service.Service,
    instanceId: meta[META.instance] ?? '',
    address: service.Address,
    port: service.Port,
    tags: service.Tags ?? [],
    meta,
    nodeAddress,
    ...standing(checks),
    ...(checks.some(({ ServiceID }) => ServiceID === service.ID) ? {} : { unchecked: true }),
  }
}

function standing(checks: AgentCheck[]): Pick<CatalogEntry, 'status' | 'reason' | 'output'> {
  const pause = checks.find(
    ({ CheckID }) => CheckID === '_node_maintenance' || CheckID.startsWith(MAINTENANCE),
  )
  if (pause) return { status: 'maintenance', reason: pause.Notes }
  const status = worst(checks)
  if (status === 'passing') return { status }
  const said = oneLine(checks.find((check) => check.Status === status)?.Output ?? '')
  return said === '' ? { status } : { status, output: said }
}

/** Characters of a check's output that are kept: an HTTP check has up to 4 KB of the answer in it. */
const OUTPUT_LENGTH = 300

const oneLine = (output: string): string => {
  const line = output.replaceAll(/\s+/g, ' ').trim()
  return line.length > OUTPUT_LENGTH ? `${line.slice(0, OUTPUT_LENGTH - 1)}…` : line
}

/** Consul's own order (`AggregatedStatus` of its Go API); a service without a check passes. */
function worst(checks: AgentCheck[]): EntryStatus {
  const states = new Set(checks.map((check) => check.Status))
  return states.has('critical') ? 'critical' : states.has('warning') ? 'warning' : 'passing'
}
