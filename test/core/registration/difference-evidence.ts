import type { CatalogEntry, ClusterView, ConsulServer } from '../../../core/base/catalog.ts'
import type { Instance } from '../../../core/base/instances.ts'
import { TAG } from '../../../core/base/names.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { difference, type Write } from '../../../core/registration/difference.ts'
import type { Evidence } from '../../../core/registration/evidence.ts'
import { owner } from '../../../core/registration/owner.ts'
import { registrations, withFingerprint } from '../../../core/registration/registration.ts'

export const now = new Date('2026-01-01T00:00:00Z')
export const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)
export const servers = [1, 2].map((n): ConsulServer => ({ instanceId: `i-c${n}`, address: `10.0.0.${n}` }))
export const [one, two] = servers as [ConsulServer, ConsulServer]
const PARAMETER = '/nanofleet/test/web/web/consul'
export const instance = (id: string, other: Partial<Instance> = {}): Instance => ({
  id,
  state: 'running',
  address: '10.0.1.1',
  vpcId: 'vpc-1',
  tags: { [TAG.kind]: 'service', [TAG.definition]: PARAMETER },
  ...other,
})
/** Two instances of which each server owns one. */
export const ids = Array.from({ length: 99 }, (_, index) => `i-${index}`)
export const ownedBy = (server: ConsulServer) => ids.find((id) => owner(id, servers) === server) ?? ''
export const web = instance(ownedBy(one))
const definition = withFingerprint(parseDefinition('{"name": "web", "port": 80}', PARAMETER))

export function entry(
  of: Instance = web,
  other: Partial<CatalogEntry> = {},
  registered = ago(3600),
): CatalogEntry {
  const [wanted] = registrations(of, definition, 'test', registered)
  return {
    id: of.id,
    service: 'web',
    instanceId: of.id,
    address: of.address,
    port: 80,
    tags: [],
    meta: wanted?.Meta ?? {},
    nodeAddress: one.address,
    status: 'passing',
    ...other,
  }
}
export const cluster: ClusterView = {
  leader: '10.0.0.1:8300',
  nodes: servers.map(({ address }) => ({ name: address, address, alive: true })),
  voters: servers.map(({ address }) => address),
  stranded: [],
  doubted: [],
}
/** One instance, registered as it should be, on the server that owns it. */
export const evidence = (
  other: Partial<Evidence> & { on?: [CatalogEntry[], CatalogEntry[]] } = {},
): Evidence => {
  const { on = [[entry()], []], ...rest } = other
  return {
    now,
    stage: 'test',
    vpcId: 'vpc-1',
    instances: [web],
    confirmed: [],
    servers,
    listings: servers.map((server, index) => ({ server, entries: on[index] ?? [] })),
    cluster,
    definitions: new Map([[PARAMETER, definition]]),
    leaving: new Map(),
    silent: new Set(),
    ...rest,
  }
}
export const brief = (write: Write) => `${write.verb} ${write.id} ${write.server.instanceId}: ${write.reason}`
export const writes = (other: Parameters<typeof evidence>[0]) => difference(evidence(other)).writes.map(brief)
export const uncertain = (other: Parameters<typeof evidence>[0]) =>
  difference(evidence(other)).uncertain.map(brief)
