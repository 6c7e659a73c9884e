import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry, ClusterView, ConsulServer, StrandedEntry } from '../../../core/base/catalog.ts'
import type { Instance } from '../../../core/base/instances.ts'
import { TAG } from '../../../core/base/names.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { advice } from '../../../core/registration/advice.ts'
import { difference, type Write } from '../../../core/registration/difference.ts'
import type { Evidence } from '../../../core/registration/evidence.ts'
import { owner } from '../../../core/registration/owner.ts'
import { META, registrations, withFingerprint } from '../../../core/registration/registration.ts'

const now = new Date('2026-01-01T00:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)
const servers = [1, 2].map((n): ConsulServer => ({ instanceId: `i-c${n}`, address: `10.0.0.${n}` }))
const [one, two] = servers as [ConsulServer, ConsulServer]
const PARAMETER = '/nanofleet/test/web/web/consul'
const instance = (id: string, other: Partial<Instance> = {}): Instance => ({
  id,
  state: 'running',
  address: '10.0.1.1',
  vpcId: 'vpc-1',
  tags: { [TAG.kind]: 'service', [TAG.definition]: PARAMETER },
  ...other,
})
/** Two instances of which each server owns one. */
const ids = Array.from({ length: 99 }, (_, index) => `i-${index}`)
const ownedBy = (server: ConsulServer) => ids.find((id) => owner(id, servers) === server) ?? ''
const web = instance(ownedBy(one))
const definition = withFingerprint(parseDefinition('{"name": "web", "port": 80}', PARAMETER))

function entry(of: Instance = web, other: Partial<CatalogEntry> = {}, registered = ago(3600)): CatalogEntry {
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
const cluster: ClusterView = {
  leader: '10.0.0.1:8300',
  nodes: servers.map(({ address }) => ({ name: address, address, alive: true })),
  voters: servers.map(({ address }) => address),
  stranded: [],
  doubted: [],
}
/** One instance, registered as it should be, on the server that owns it. */
const evidence = (other: Partial<Evidence> & { on?: [CatalogEntry[], CatalogEntry[]] } = {}): Evidence => {
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
const brief = (write: Write) => `${write.verb} ${write.id} ${write.server.instanceId}: ${write.reason}`
const writes = (other: Parameters<typeof evidence>[0]) => difference(evidence(other)).writes.map(brief)
const uncertain = (other: Parameters<typeof evidence>[0]) => difference(evidence(other)).uncertain.map(brief)

describe('a fleet that is registered as it should be', () => {
  it('needs nothing', () => {
    expect(difference(evidence())).toEqual({ writes: [], uncertain: [], waiting: [], known: 1 })
  })
})

describe('an instance that runs', () => {
  it.each<[string, CatalogEntry[], string]>([
    ['is missing', [], 'it is missing'],
    ['has another port', [entry(web, { port: 81 })], 'it is out of date'],
    ['has another address', [entry(web, { address: '10.9.9.9' })], 'it is out of date'],
    ['has another tag', [entry(web, { tags: ['a'] })], 'it is out of date'],
    [
      'has an older definition',
      [entry(web, { meta: { ...entry().meta, [META.definition]: 'old' } })],
      'it is out of date',
    ],
  ])('is registered when it %s', (_what, entries, reason) => {
    expect(writes({ on: [entries, []] })).toEqual([`register ${web.id} i-c1: ${reason}`])
  })

  it('moves to the server that owns it, and goes from the other one once it is there', () => {
    for (const status of ['passing', 'critical'] as const) {
      const [register, deregister, ...others] = difference(
        evidence({ on: [[], [entry(web, { nodeAddress: two.address, status })]] }),
      ).writes
      expect(others).toEqual([])
      expect(register && brief(register)).toBe(`register ${web.id} i-c1: it is on another server`)
      expect(deregister).toMatchObject({
        verb: 'deregister',
        server: two,
        reason: `${web.id} on i-c1 replaces it`,
        successor: { id: web.id, service: 'web', server: one, passing: status === 'passing' },
      })
    }
  })

  it('stays where it is while nobody leads, and waits', () => {
    const lost = { on: [[], [entry()]] as [CatalogEntry[], CatalogEntry[]], cluster: null }
    expect(difference(evidence(lost))).toMatchObject({ writes: [], uncertain: [], waiting: [web.id] })
  })

  it('waits for the server that owns it when that does not answer', () => {
    const listings = [{ server: two, entries: [] }]
    expect(difference(evidence({ listings }))).toMatchObject({ writes: [], waiting: [web.id] })
  })

  it('loses the entry of a service that its definition does not have any more, at once', () => {
    const other = entry(web, { id: `${web.id}:old`, service: 'old' })
    expect(writes({ on: [[entry(), other], []] })).toEqual([
      `deregister ${web.id}:old i-c1: the definition has no such service`,
    ])
    expect(difference(evidence({ on: [[entry(), other], []] })).writes[0]).not.toHaveProperty('successor')
  })

  it('gets an entry under another id replaced when it is of the same service', () => {
    const former = entry(web, { id: `${web.id}:web` })
    const [register, removal] = difference(evidence({ on: [[former], []] })).writes
    expect(register && brief(register)).toBe(`register ${web.id} i-c1: it is missing`)
    expect(removal).toMatchObject({ id: `${web.id}:web`, successor: { id: web.id } })
  })

  it.each<[string, Partial<Evidence>]>([
    ['its definition cannot be read', { definitions: new Map() }],
    ['it is only starting', { instances: [{ ...web, state: 'pending' }] }],
    ['it has no address yet', { instances: [{ ...web, address: '' }] }],
  ])('keeps its entry, whatever it says, while %s', (_what, other) => {
    expect(difference(evidence({ ...other, on: [[entry(web, { port: 81 })], []] }))).toMatchObject({
      writes: [],
      uncertain: [],
      waiting: [],
    })
  })

  it('is nobody of ours in another VPC, without our tags or from another stage', () => {
    for (const other of [{ vpcId: 'vpc-2' }, { tags: {} }, { tags: { [TAG.kind]: 'service' } }])
      expect(writes({ instances: [{ ...web, ...other }], on: [[], []] })).toEqual([])
    const foreign = entry(web, { meta: { ...entry().meta, [META.stage]: 'prod' } })
    expect(difference(evidence({ instances: [], on: [[foreign], []] }))).toMatchObject({
      known: 0,
      uncertain: [],
    })
  })
})

describe('an instance that goes', () => {
  it.each(['shutting-down', 'terminated', 'stopping', 'stopped'] as const)(
    'is removed when it is %s',
    (state) => {
      expect(writes({ instances: [{ ...web, state }] })).toEqual([
        `deregister ${web.id} i-c1: the instance is ${state}`,
      ])
    },
  )

  it('is removed in a final state only, when it was registered after this look', () => {
    const later = (state: Instance['state'], seconds: number) =>
      writes({ instances: [{ ...web, state }], on: [[entry(web, {}, ago(-seconds))], []] })
    expect(later('stopped', 1)).toEqual([])
    expect(later('stopped', 0)).toHaveLength(1)
    expect(later('terminated', 1)).toHaveLength(1)
    expect(later('shutting-down', 1)).toHaveLength(1)
  })

  it('is forgotten by the catalog when the node of its entry is dead or in doubt', () => {
    const stranded: StrandedEntry = { ...entry(web, { nodeAddress: '10.0.0.9' }), node: 'dead' }
    const gone = [{ ...web, state: 'terminated' as const }]
    for (const where of ['stranded', 'doubted'] as const) {
      const seen = { on: [[], []] as [[], []], cluster: { ...cluster, [where]: [stranded] } }
      expect(difference(evidence({ ...seen, instances: gone })).writes).toMatchObject([
        { verb: 'forget', server: one, node: 'dead', id: web.id },
      ])
      expect(difference(evidence({ ...seen, instances: gone, listings: [] })).writes).toEqual([])
    }
  })

  it('is replaced on a dead node once its successor is there, and not at all on one in doubt', () => {
    const stranded: StrandedEntry = { ...entry(web, { nodeAddress: '10.0.0.9' }), node: 'dead' }
    const seen = (where: string) => ({
      on: [[entry()], []] as [CatalogEntry[], []],
      cluster: { ...cluster, [where]: [stranded] },
    })
    expect(difference(evidence(seen('stranded'))).writes).toMatchObject([
      { verb: 'forget', node: 'dead', successor: { id: web.id, server: one } },
    ])
    expect(writes(seen('doubted'))).toEqual([])
  })

  it('is not forgotten on a node whose agent answers for itself', () => {
    const stranded: StrandedEntry = { ...entry(web, { nodeAddress: two.address }), node: 'two' }
    for (const where of ['stranded', 'doubted'])
      expect(writes({ cluster: { ...cluster, [where]: [stranded] } })).toEqual([])
  })
})

describe('what EC2 does not show', () => {
  const WHY = 'EC2 does not know the instance'

  it('is in doubt after five minutes, and on probation until then', () => {
    const aged = (seconds: number) => uncertain({ instances: [], on: [[entry(web, {}, ago(seconds))], []] })
    expect(aged(299.999)).toEqual([])
    expect(aged(300)).toEqual([`deregister ${web.id} i-c1: ${WHY}`])
  })

  it('is in doubt without its tags or in another network, too', () => {
    for (const other of [{ tags: {} }, { vpcId: 'vpc-2' }])
      expect(uncertain({ instances: [{ ...web, ...other }] })).toEqual([
        `deregister ${web.id} i-c1: the instance does not belong to the fleet`,
      ])
  })

  it('is not in doubt on a node in doubt, nor when a second look shows it', () => {
    const doubted = [{ ...entry(web, { nodeAddress: '10.0.0.9' }), node: 'dead' }]
    expect(uncertain({ instances: [], on: [[], []], cluster: { ...cluster, doubted } })).toEqual([])
    expect(difference(evidence({ instances: [], confirmed: [web] }))).toMatchObject({
      writes: [],
      uncertain: [],
    })
  })

  it('is believed as the fleet shows it when the second look says something else', () => {
    expect(writes({ confirmed: [{ ...web, state: 'stopped' }] })).toEqual([])
  })
})

describe('an instance that was told to go', () => {
  const leaving = (reason: string) => new Map([[web.id, reason]])
  const order = 'its group terminates it'
  const resting = (reason: string) => entry(web, { status: 'maintenance', reason })

  it('leaves DNS and keeps its entry', () => {
    const [write, ...others] = difference(evidence({ leaving: leaving(order) })).writes
    expect(others).toEqual([])
    expect(write).toEqual({ verb: 'maintenance', server: one, id: web.id, instanceId: web.id, reason: order })
    expect(writes({ leaving: leaving(order), on: [[resting(order)], []] })).toEqual([])
  })

  it('leaves DNS on a recommendation until that is over', () => {
    const until = (seconds: number) => writes({ leaving: leaving(advice(ago(seconds).toISOString())) })
    expect(until(599.999)).toHaveLength(1)
    expect(until(600)).toEqual([])
  })

  it('is kept out by an order in the place of a recommendation, and by a later one', () => {
    const early = advice(ago(60).toISOString())
    const late = advice(ago(30).toISOString())
    const second = (first: string, next: string) =>
      difference(evidence({ leaving: leaving(next), on: [[resting(first)], []] })).writes
    expect(second(early, order)).toMatchObject([{ verb: 'maintenance', instead: true, reason: order }])
    expect(second(early, late)).toMatchObject([{ verb: 'maintenance', instead: true, reason: late }])
    expect(second(late, early)).toEqual([])
    expect(second(early, early)).toEqual([])
    expect(second(order, late)).toEqual([])
  })

  it('comes back after ten minutes when it runs on and nobody tells it to go', () => {
    const back = (seconds: number, other: Partial<Evidence> = {}) =>
      writes({ on: [[resting(advice(ago(seconds).toISOString()))], []], ...other })
    expect(back(600)).toEqual([`return ${web.id} i-c1: it runs on after a recommendation to replace it`])
    expect(back(599.999)).toEqual([])
    expect(back(600, { leaving: leaving(order) })).toHaveLength(1)
    expect(back(600, { leaving: leaving(order) })[0]).toContain('maintenance')
    expect(back(600, { instances: [{ ...web, state: 'pending' }] })).toEqual([])
    expect(back(600, { instances: [] })).toEqual([])
    expect(writes({ on: [[resting(order)], []] })).toEqual([])
  })

  it('stays out of DNS when it is registered anew, while the reason lasts', () => {
    const asleep = (...entries: CatalogEntry[]) =>
      difference(evidence({ on: [[], entries] })).writes.find(({ verb }) => verb === 'register')
    const elsewhere = (other: Partial<CatalogEntry>) => entry(web, { nodeAddress: two.address, ...other })
    const lasting = advice(ago(599.999).toISOString())
    expect(asleep(elsewhere({ status: 'maintenance', reason: order }))).toMatchObject({ asleep: order })
    expect(asleep(elsewhere({ status: 'maintenance' }))).toMatchObject({ asleep: 'it was in maintenance' })
    expect(asleep(elsewhere({ status: 'maintenance', reason: lasting }))).toMatchObject({ asleep: lasting })
    const over = advice(ago(600).toISOString())
    expect(asleep(elsewhere({ status: 'maintenance', reason: over }))).not.toHaveProperty('asleep')
    const both = [elsewhere({ status: 'maintenance', reason: order }), elsewhere({ id: `${web.id}:b` })]
    expect(asleep(...both)).not.toHaveProperty('asleep')
    const longest = [
      elsewhere({ status: 'maintenance', reason: lasting }),
      elsewhere({ id: `${web.id}:b`, status: 'maintenance', reason: order }),
    ]
    expect(asleep(...longest)).toMatchObject({ asleep: order })
  })

  it('is judged by what can be asked before what is in doubt', () => {
    const doubted = [{ ...entry(web, { nodeAddress: '10.0.0.9' }), node: 'dead' }]
    const asked = entry(web, { nodeAddress: two.address, status: 'maintenance', reason: order })
    const seen = { on: [[], [asked]] as [[], CatalogEntry[]], cluster: { ...cluster, doubted } }
    const found = difference(evidence(seen)).writes.find(({ verb }) => verb === 'register')
    expect(found).toMatchObject({ asleep: order })
  })
})

describe('the order of writes', () => {
  it('is: what is gone, what leaves DNS, what comes, what moves', () => {
    const gone = instance(`${web.id}0`, { state: 'terminated' })
    const going = instance(ownedBy(two))
    const moved = ids.filter((id) => owner(id, servers) === one)[1] ?? ''
    const here = instance(moved)
    const { writes: found, known } = difference(
      evidence({
        instances: [web, gone, going, here],
        leaving: new Map([[going.id, 'it goes']]),
        on: [
          [entry(gone)],
          [entry(going, { nodeAddress: two.address }), entry(here, { nodeAddress: two.address })],
        ],
      }),
    )
    expect(found.map(({ verb, id }) => `${verb} ${id}`)).toEqual([
      `deregister ${gone.id}`,
      `maintenance ${going.id}`,
      ...[web.id, moved].map((id) => `register ${id}`),
      `deregister ${moved}`,
    ])
    expect(known).toBe(3)
  })
})
