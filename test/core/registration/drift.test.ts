import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { type DriftEntry, findDrift } from '../../../core/registration/drift.ts'
import { owner } from '../../../core/registration/owner.ts'
import { fleetOf, ModelFleet } from '../../model/model-fleet.ts'

const services = (fleet: ModelFleet) =>
  [...fleet.instances.values()].filter((each) => each.tags.consulcloud === 'service')
const entries = async (fleet: ModelFleet): Promise<DriftEntry[]> =>
  (await findDrift(fleet.parts(), fleet.now)).entries
const agents = (fleet: ModelFleet) => [...fleet.catalog.agents.values()]

describe('the drift of a fleet', () => {
  it('is none where every entry is right', async () => {
    const fleet = await fleetOf(3, 5)
    expect(await findDrift(fleet.parts(), fleet.now)).toEqual({
      instances: 8,
      servers: 3,
      entries: [],
      problems: [],
    })
  })

  it('names an entry that somebody removed, where it belongs and why', async () => {
    const fleet = await fleetOf(3, 5)
    const [instance] = services(fleet)
    const home = owner(instance?.id ?? '', fleet.servers)
    for (const { entries: held } of agents(fleet)) held.delete(instance?.id ?? '')
    expect(await entries(fleet)).toEqual([
      {
        instanceId: instance?.id,
        id: instance?.id,
        change: 'register',
        server: home?.instanceId,
        reason: 'it is missing',
      },
    ])
  })

  it('names what is left of an instance that is gone', async () => {
    const fleet = await fleetOf(1, 3)
    const [gone] = services(fleet)
    fleet.set(gone as { id: string }, 'terminated')
    expect(await entries(fleet)).toMatchObject([
      { instanceId: gone?.id, change: 'remove', reason: 'the instance is terminated' },
    ])
  })

  it('says of removals above the cap that a second round has to agree', async () => {
    const fleet = await fleetOf(1, 8)
    for (const { id } of services(fleet)) fleet.instances.delete(id)
    fleet.now = new Date(fleet.now.getTime() + 3_600_000)
    const found = await entries(fleet)
    expect(found.map(({ change }) => change)).toEqual(Array(8).fill('hold'))
    expect(found[0]?.reason).toBe('EC2 does not know the instance')
  })

  it('says of removals below the cap that the next round carries them out', async () => {
    const fleet = await fleetOf(1, 8)
    fleet.instances.delete(services(fleet)[0]?.id ?? '')
    fleet.later(3600)
    expect((await entries(fleet)).map(({ change }) => change)).toEqual(['remove'])
  })

  it('says of whom nothing can be said, and which reads failed', async () => {
    const fleet = await fleetOf(2, 8)
    const silent = fleet.servers[0] as ConsulServer
    const theirs = services(fleet).filter(({ id }) => owner(id, fleet.servers)?.address === silent.address)
    fleet.catalog.kill(silent)
    const { entries: found, problems } = await findDrift(fleet.parts(), fleet.now)
    expect(found.map(({ instanceId }) => instanceId).sort()).toEqual(theirs.map(({ id }) => id).sort())
    expect(new Set(found.map(({ change }) => change))).toEqual(new Set(['wait']))
    expect(problems.length).toBeGreaterThan(0)
  })

  it('is what the next round mends; looking writes nothing', async () => {
    const fleet = await fleetOf(3, 6)
    fleet.service()
    const [gone] = services(fleet)
    fleet.set(gone as { id: string }, 'terminated')
    const before = [...fleet.catalog.writes]
    expect(await entries(fleet)).toHaveLength(2)
    expect(fleet.catalog.writes).toEqual(before)
    expect(await fleet.reconcile()).toMatchObject({ drift: 2, registered: 1, removed: 1 })
    expect(await entries(fleet)).toEqual([])
  })

  it('is nothing to speak of while no Consul server runs', async () => {
    const fleet = new ModelFleet()
    fleet.service()
    expect(await findDrift(fleet.parts(), fleet.now)).toEqual({
      instances: 1,
      servers: 0,
      entries: [],
      problems: [],
    })
  })
})
