import { expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
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
