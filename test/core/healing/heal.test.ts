import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry } from '../../../core/base/catalog.ts'
import { heal } from '../../../core/healing/heal.ts'
import type { Evidence } from '../../../core/registration/evidence.ts'
import { FakeCatalog } from '../../support/fake-catalog.ts'
import { MemoryHealingGroups, MemoryHealingStore } from '../../support/memory-healing.ts'
import { entry, evidence, servers } from '../registration/difference-evidence.ts'
import { critical, groupOf, running } from './healing-samples.ts'

const [first, second] = servers as [(typeof servers)[0], (typeof servers)[0]]
const START = Date.parse('2026-01-01T00:00:00Z')

/** Three instances on two servers, the first of them sick; rounds a minute apart. */
class Ward {
  ids = ['i-1', 'i-2', 'i-3']
  readonly catalog = new FakeCatalog(servers)
  readonly groups = new MemoryHealingGroups()
  readonly store = new MemoryHealingStore()
  seconds = 0

  constructor() {
    for (const [index, id] of this.ids.entries()) this.put(id, index, id === 'i-1' ? critical : {})
    this.groups.facts.set(groupOf('web'), { serving: this.ids, moving: 0, suspended: false })
  }

  add(...more: string[]): void {
    for (const id of more) this.put(id, this.ids.push(id) - 1)
  }

  put(id: string, index: number, other: Partial<CatalogEntry> = {}): void {
    const server = index % 2 === 0 ? first : second
    const own = entry(running(id), { nodeAddress: server.address, ...other })
    this.catalog.agents.get(server.address)?.entries.set(id, own)
  }

  get parts() {
    return { catalog: this.catalog, groups: this.groups, store: this.store, startSeconds: 300 }
  }

  async evidence(other: Partial<Evidence> = {}): Promise<Evidence> {
    const listings = await Promise.all(servers.map((server) => this.catalog.listing(server)))
    return { ...evidence(), instances: this.ids.map(running), listings, ...other }
  }

  /** A round a minute after the last. */
  async round(other: Partial<Evidence> = {}, dryRun = false) {
    return await this.with(await this.evidence(other), dryRun)
  }

  async with(seen: Evidence, dryRun = false) {
    this.seconds += 60
    const now = new Date(START + this.seconds * 1000)
    return await heal(this.parts, seen, now, dryRun)
  }
}

describe('rounds that look for sick instances', () => {
  it('give one back once two of them have seen it fail for a minute, and then leave it to its group', async () => {
    const ward = new Ward()
    expect((await ward.round()).sick).toMatchObject([{ instanceId: 'i-1', verdict: 'wait', seconds: 0 }])
    expect(ward.groups.givenBack).toEqual([])
    expect((await ward.round()).sick).toMatchObject([
      { instanceId: 'i-1', verdict: 'replace', seconds: 60, output: 'HTTP 503' },
    ])
    expect(ward.groups.givenBack).toEqual(['i-1'])
    expect((await ward.round({ leaving: new Map([['i-1', 'its group ends it']]) })).sick).toEqual([])
    expect(ward.store.record).toMatchObject({ sick: {}, groups: { [groupOf('web')]: { times: 1 } } })
  })

  it('cost no call and no write while all is well', async () => {
    const ward = new Ward()
    ward.catalog.pass()
    await ward.round()
    expect([ward.store.saves, ward.groups.looked]).toEqual([0, []])
  })

  it('forget what got well in between', async () => {
    const ward = new Ward()
    await ward.round()
    ward.put('i-1', 0)
    await ward.round()
    ward.put('i-1', 0, critical)
    expect((await ward.round()).sick).toMatchObject([{ verdict: 'wait', seconds: 0 }])
  })

  it('say in a dry run what the next one would do, and do nothing', async () => {
    const ward = new Ward()
    await ward.round()
    const saves = ward.store.saves
    expect((await ward.round({}, true)).sick).toMatchObject([{ verdict: 'replace' }])
    expect([ward.store.saves, ward.groups.givenBack]).toEqual([saves, []])
  })

  it.each<[string, Partial<Evidence>, string]>([
    ['no leader', { cluster: null }, 'Consul has no leader'],
    [
      'an election',
      { cluster: { ...(evidence().cluster as object), leader: null } as never },
      'Consul has no leader',
    ],
    ['a silent server', { silent: new Set(['10.0.0.2']) }, 'the Consul server at 10.0.0.2 does not answer'],
    [
      'a server that did not answer',
      { listings: [{ server: first, entries: [entry(running('i-1'), critical)] }] },
      'the Consul server at 10.0.0.2 does not answer',
    ],
  ])('replace nothing with %s, and keep what they knew', async (_, doubt, reason) => {
    const ward = new Ward()
    await ward.round()
    const known = ward.store.record
    expect((await ward.round(doubt)).sick).toMatchObject([{ verdict: 'hold', reason }])
    expect([ward.store.record, ward.groups.givenBack]).toEqual([known, []])
    expect((await ward.round()).sick).toMatchObject([{ verdict: 'replace', seconds: 120 }])
  })

  const UNSURE = { verdict: 'hold', reason: 'not every Consul server says that it fails' }
  it.each<[string, (ward: Ward) => void]>([
    ['a server does not answer now', ({ catalog }) => catalog.kill(second)],
    ['Consul has lost its leader', ({ catalog }) => void Object.assign(catalog, { leader: false })],
    [
      'two servers name different leaders',
      ({ catalog }) => {
        const cluster = catalog.cluster.bind(catalog)
        catalog.cluster = async (server) => ({ ...(await cluster(server)), leader: server.address })
      },
    ],
    [
      'one of them shows it passing',
      ({ catalog }) => {
        const health = catalog.health.bind(catalog)
        catalog.health = async (server, of) =>
          server === second ? { web: [entry(running('i-1'))] } : await health(server, of)
      },
    ],
    ['the catalog shows it passing', (ward) => ward.put('i-1', 0)],
    [
      'the catalog does not show it',
      ({ catalog }) => void catalog.agents.get(first.address)?.entries.clear(),
    ],
    [
      'a second entry of it passes',
      ({ catalog }) => void catalog.agents.get(second.address)?.entries.set('i-1', entry(running('i-1'))),
    ],
  ])('replace nothing when, asked again, %s', async (_, change) => {
    const ward = new Ward()
    await ward.round()
    const seen = await ward.evidence()
    change(ward)
    expect((await ward.with(seen)).sick).toMatchObject([UNSURE])
    expect(ward.groups.givenBack).toEqual([])
  })

  it('do not act twice when two run at once, and one of them says so', async () => {
    const ward = new Ward()
    ward.add('i-4', 'i-5')
    await ward.round()
    ward.put('i-2', 1, critical)
    const two = await Promise.all([ward.round(), ward.round()])
    expect(two.map(({ sick }) => sick[0]?.verdict).sort()).toEqual(['replace', 'wait'])
    const other = two.find(({ sick }) => sick[0]?.verdict === 'wait')?.sick
    expect(other?.map(({ reason }) => reason)).toEqual([
      'another round is at work',
      'it is replaced after 60 s',
    ])
    expect(ward.groups.givenBack).toEqual(['i-1'])
  })

  it('leave alone what has failed only since the last round', async () => {
    const ward = new Ward()
    ward.add('i-4', 'i-5')
    await ward.round()
    ward.put('i-2', 1, critical)
    const { sick } = await ward.round()
    expect(sick.map(({ instanceId, verdict }) => [instanceId, verdict])).toEqual([
      ['i-1', 'replace'],
      ['i-2', 'wait'],
    ])
    expect(ward.groups.givenBack).toEqual(['i-1'])
  })

  it('give back what still fails under one of the names under which it failed', async () => {
    const ward = new Ward()
    const agent = ward.catalog.agents.get(first.address)
    const admin = { id: 'i-1:admin', service: 'admin', nodeAddress: first.address }
    agent?.entries.set('i-1:admin', entry(running('i-1'), { ...admin, ...critical }))
    await ward.round()
    const seen = await ward.evidence()
    agent?.entries.set('i-1:admin', entry(running('i-1'), admin))
    expect((await ward.with(seen)).sick).toMatchObject([{ verdict: 'replace' }])
  })

  it('say what Auto Scaling refuses, and try again after the pause', async () => {
    const ward = new Ward()
    ward.groups.refused.add('i-1')
    await ward.round()
    expect((await ward.round()).problems).toEqual(['Auto Scaling does not replace i-1: throttled'])
    ward.groups.refused.clear()
    expect((await ward.round()).sick).toMatchObject([{ verdict: 'replace' }])
    expect(ward.groups.givenBack).toEqual(['i-1'])
  })

  it('say so when the record cannot be read, and replace nothing', async () => {
    const ward = new Ward()
    ward.store.load = async () => {
      throw new Error('throttled')
    }
    expect(await ward.round()).toEqual({
      sick: [],
      problems: ['sick instances are not looked for: throttled'],
    })
  })
})
