import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry, StrandedEntry } from '../../../core/base/catalog.ts'
import type { Instance } from '../../../core/base/instances.ts'
import { TAG } from '../../../core/base/names.ts'
import { difference } from '../../../core/registration/difference.ts'
import type { Evidence } from '../../../core/registration/evidence.ts'
import { owner } from '../../../core/registration/owner.ts'
import { META } from '../../../core/registration/registration-meta.ts'
import {
  ago,
  brief,
  cluster,
  entry,
  evidence,
  ids,
  instance,
  one,
  ownedBy,
  servers,
  two,
  uncertain,
  web,
  writes,
} from './difference-evidence.ts'

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
      expect(difference(evidence({ ...seen, instances: gone, listings: [] })).writes).toStrictEqual([])
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

describe('an entry in doubt', () => {
  it('does not count on a server that answers without it', () => {
    const doubted: StrandedEntry = { ...entry(web, { status: 'maintenance' }), node: 'one' }
    const { writes: made } = difference(
      evidence({ on: [[], []], cluster: { ...cluster, doubted: [doubted] } }),
    )
    expect(made).toMatchObject([{ verb: 'register', reason: 'it is missing' }])
    expect(made[0]).not.toHaveProperty('asleep')
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
