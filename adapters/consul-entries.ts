import type { CatalogEntry, EntryStatus } from '../core/catalog.ts'
import { META } from '../core/registration.ts'

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
}

export interface HealthEntry {
  Node: { Node: string; Address: string }
  Service: AgentService
  Checks: AgentCheck[]
}

export function toEntry(service: AgentService, checks: AgentCheck[], nodeAddress: string): CatalogEntry {
  const meta = service.Meta ?? {}
  return {
    id: service.ID,
    service: service.Service,
    instanceId: meta[META.instance] ?? '',
    address: service.Address,
    port: service.Port,
    tags: service.Tags ?? [],
    meta,
    nodeAddress,
    status: worst(checks),
    ...(checks.some(({ ServiceID }) => ServiceID === service.ID) ? {} : { unchecked: true }),
  }
}

/** Consul's own order (`AggregatedStatus` of its Go API); a service without a check passes. */
function worst(checks: AgentCheck[]): EntryStatus {
  const maintained = checks.some(
    ({ CheckID }) => CheckID === '_node_maintenance' || CheckID.startsWith('_service_maintenance:'),
  )
  if (maintained) return 'maintenance'
  const states = new Set(checks.map((check) => check.Status))
  return states.has('critical') ? 'critical' : states.has('warning') ? 'warning' : 'passing'
}
