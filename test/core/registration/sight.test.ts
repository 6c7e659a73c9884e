import { expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { message } from '../../../core/registration/sight.ts'
import { fleetOf } from '../../model/model-fleet.ts'

it.each([
  ['one server when all agents answer', false, 1],
  ['those that answered again when an agent does not', true, 3],
])('a round asks %s how the cluster sees itself', async (_, silent, asked) => {
  const fleet = await fleetOf(3, 4)
  if (silent) fleet.catalog.kill(fleet.servers[2] as ConsulServer)
  let views = 0
  fleet.catalog.fault = (verb) => {
    if (verb === 'cluster') views++
    return undefined
  }
  await fleet.reconcile()
  expect(views).toBe(asked)
})

it('believes the first look at the cluster when no later one shows a leader', async () => {
  const fleet = await fleetOf(3, 4)
  fleet.catalog.kill(fleet.servers[2] as ConsulServer)
  let views = 0
  fleet.catalog.fault = (verb) =>
    verb === 'cluster' && ++views > 1 ? new ServiceFailure('no leader') : undefined
  expect((await fleet.reconcile()).leader).toBe(`${fleet.servers[0]?.address}:8300`)
})

it('asks no suspect how the cluster sees itself', async () => {
  const fleet = await fleetOf(3, 4)
  const [suspect] = fleet.servers as [ConsulServer]
  const asked: string[] = []
  fleet.catalog.fault = (verb, server) => {
    if (verb === 'cluster') asked.push(server.address)
    return undefined
  }
  await fleet.reconcile([], [suspect.address])
  expect(asked).toEqual([fleet.servers[1]?.address])
})

it('quotes whatever was thrown', () => {
  expect([message(new Error('a')), message('b')]).toEqual(['a', 'b'])
})
