import { beforeEach, describe, expect, it } from '@jest/globals'
import type { ConsulServer, EntryStatus, Registration } from '../../../core/base/catalog.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { apply } from '../../../core/registration/apply.ts'
import type { Write } from '../../../core/registration/difference.ts'
import { FakeCatalog } from '../../support/fake-catalog.ts'

const servers = [1, 2].map((n): ConsulServer => ({ instanceId: `i-c${n}`, address: `10.0.0.${n}` }))
const [old, young] = servers as [ConsulServer, ConsulServer]
const registration: Registration = {
  ID: 'i-1',
  Name: 'web',
  Address: '10.0.1.1',
  Meta: { 'external-source': 'nanofleet', 'instance-id': 'i-1', stage: 'test' },
}
const removal = (passing = true): Write => ({
  verb: 'deregister',
  server: old,
  id: 'i-1',
  instanceId: 'i-1',
  reason: 'it moves',
  successor: { id: 'i-1', service: 'web', server: young, passing, registration },
})
const register: Write = {
  verb: 'register',
  server: young,
  id: 'i-1',
  instanceId: 'i-1',
  registration,
  reason: 'it moves',
}

let catalog: FakeCatalog
let pauses: number[]
beforeEach(async () => {
  catalog = new FakeCatalog(servers)
  pauses = []
  await catalog.register(old, { registration })
  catalog.writes.length = 0
})
const turn = (server: ConsulServer, status: EntryStatus) => {
  const entry = catalog.agents.get(server.address)?.entries.get('i-1')
  if (entry) entry.status = status
}
const run = (writes: Write[], pause: (count: number) => void = () => {}) =>
  apply(catalog, writes, async (milliseconds) => {
    pauses.push(milliseconds)
    pause(pauses.length)
  })

describe('a removal with a successor', () => {
  it('comes after the successor, at once when that is there', async () => {
    turn(old, 'critical')
    const { done, failed } = await run([removal(false), register])
    expect(failed).toEqual([])
    expect(done.map(({ verb }) => verb)).toEqual(['register', 'deregister'])
    expect(pauses).toEqual([])
    expect(catalog.ids()).toEqual(['i-1@i-c2'])
  })

  it('waits until the successor passes where the old one does, and looks four times in all', async () => {
    await catalog.register(young, { registration })
    turn(old, 'passing')
    turn(young, 'critical')
    expect((await run([removal()])).done).toEqual([])
    expect(pauses).toEqual([150, 350, 1000])
    pauses.length = 0
    const later = await run([removal()], (count) => count === 2 && turn(young, 'passing'))
    expect(later.done).toHaveLength(1)
    expect(pauses).toEqual([150, 350])
  })

  it('counts one in maintenance as there', async () => {
    await catalog.register(young, { registration })
    turn(young, 'maintenance')
    expect((await run([removal()])).done).toHaveLength(1)
  })

  it('waits for one that passes when the old one has come to pass since', async () => {
    await catalog.register(young, { registration })
    turn(old, 'passing')
    turn(young, 'critical')
    expect((await run([removal(false)])).done).toEqual([])
    turn(old, 'critical')
    expect((await run([removal(false)])).done).toHaveLength(1)
  })

  it('does not wait for one to pass because another entry on the old server does', async () => {
    await catalog.register(young, { registration })
    await catalog.register(old, { registration: { ...registration, ID: 'i-2' } })
    for (const server of servers) turn(server, 'critical')
    expect((await run([removal(false)])).done).toHaveLength(1)
  })

  it('is left to the next round when its successor could not be registered', async () => {
    catalog.fault = (verb) => (verb === 'register' ? new ServiceFailure('no') : undefined)
    const { done, failed } = await run([removal(), register])
    expect(done).toEqual([])
    expect(failed).toMatchObject([{ write: { verb: 'register' }, error: { message: 'no' } }])
    expect(pauses).toEqual([])
    expect(catalog.ids()).toEqual(['i-1@i-c1'])
  })

  it.each(['health', 'listing'])('is left to the next round when %s cannot be read', async (verb) => {
    await catalog.register(young, { registration })
    turn(young, 'passing')
    catalog.fault = (asked) => (asked === verb ? new ServiceFailure('no') : undefined)
    expect((await run([removal()])).done).toEqual([])
  })

  it('is left to the next round while the catalog does not show what the agent holds', async () => {
    turn(old, 'passing')
    catalog.settling.add(young.address)
    expect((await run([removal(), register])).done).toEqual([register])
  })

  it('has its successor registered again when only the agent still holds it from before', async () => {
    await catalog.register(young, { registration })
    turn(young, 'passing')
    catalog.settling.add(young.address)
    expect((await run([removal()])).done).toMatchObject([{ verb: 'register', server: young, id: 'i-1' }])
    expect(catalog.ids()).toContain('i-1@i-c1')
    turn(young, 'maintenance')
    expect((await run([removal()])).done).toEqual([])
  })
})

describe('writes', () => {
  it('are carried out at most 250 at once', async () => {
    let [now, most] = [0, 0]
    catalog.register = async () => {
      most = Math.max(most, ++now)
      await Promise.resolve()
      now--
    }
    await run(Array.from({ length: 300 }, (_, index) => ({ ...register, id: `i-${index}` })))
    expect(most).toBe(250)
  })

  it('are carried out each by its verb, and one that fails stops no other', async () => {
    const common = { server: old, id: 'i-1', instanceId: 'i-1', reason: 'why' }
    catalog.fault = (verb, server) =>
      verb === 'forget' && server === old ? new ServiceFailure('no') : undefined
    const { done, failed } = await run([
      { ...common, verb: 'forget', node: 'dead' },
      { ...common, verb: 'maintenance' },
    ])
    expect(done.map(({ verb }) => verb)).toEqual(['maintenance'])
    expect(failed).toMatchObject([{ write: { verb: 'forget' }, error: { message: 'no' } }])
    expect(catalog.agents.get(old.address)?.entries.get('i-1')).toMatchObject({
      status: 'maintenance',
      reason: 'why',
    })
    await run([{ ...common, verb: 'return' }])
    expect(catalog.agents.get(old.address)?.entries.get('i-1')?.status).not.toBe('maintenance')
    await run([{ ...common, verb: 'deregister' }])
    expect(catalog.ids()).toEqual([])
  })
})
