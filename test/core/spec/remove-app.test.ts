import { expect, it } from '@jest/globals'
import type { TeardownFacts } from '../../../core/deploy/teardown-plan.ts'
import { type RemoveWish, removeApp } from '../../../core/spec/remove-app.ts'
import { MemoryLockTable } from '../../support/memory-locks.ts'
import { MemoryRuns } from '../../support/memory-runs.ts'

const orders = { name: 'Orders', type: 'AWS::DynamoDB::Table', id: 'orders-1' }
const FACTS: TeardownFacts = {
  outline: { requires: [], services: {} },
  standing: [],
  data: [],
  kept: [],
  others: [],
}

/** Asks for the removal of an app. */
async function remove(wish: Partial<RemoveWish>, more: Partial<TeardownFacts> = {}, exists = true) {
  const ports = {
    locks: new MemoryLockTable(),
    runs: new MemoryRuns(),
    now: () => new Date(0),
    facts: async () => ({ ...FACTS, ...more }),
  }
  const ask = () => removeApp(ports, 'shop', exists, { deleteData: [], ...wish })
  const first = await ask()
  return { ...first, again: await ask() }
}

it.each<[string, Partial<RemoveWish>, Partial<TeardownFacts>, object]>([
  ['nothing of an app without any', {}, {}, {}],
  ['nothing, as it is kept', { data: 'keep' }, { data: [orders] }, { data: 'keep' }],
  [
    'what was named',
    { data: 'delete', deleteData: ['Orders'] },
    { data: [orders] },
    { data: 'delete', deleteData: ['Orders'] },
  ],
])('a removal loses %s', async (_what, wish, facts, more) => {
  const { run, isNew } = await remove(wish, facts)
  expect([isNew, run.input]).toStrictEqual([true, { app: 'shop', confirm: 'shop', ...more }])
})

it.each<[string, Partial<RemoveWish>, string]>([
  ['nobody says what becomes of it', {}, 'data is missing, and shop has Orders'],
  ['it is not named', { data: 'delete' }, 'does not name Orders'],
])('a removal is refused while an app has data and %s', async (_what, wish, sentence) => {
  await expect(remove(wish, { data: [orders] })).rejects.toThrow(sentence)
})

it.each<[string, boolean, Partial<TeardownFacts>]>([
  ['a release', true, {}],
  ['a service', false, { standing: ['web'], outline: { requires: [], services: { web: { needs: [] } } } }],
  ['data', false, { data: [orders] }],
])('an app of which nothing is left but %s can be removed', async (_what, exists, facts) => {
  expect((await remove({ data: 'keep' }, facts, exists)).isNew).toBe(true)
})

it('an app of which nothing is left is not found', async () => {
  await expect(remove({}, {}, false)).rejects.toThrow('shop: no such app is deployed')
})

it('a removal with a key is the same when it is asked for again', async () => {
  const { run, again } = await remove({ key: 'once' })
  expect(again).toEqual({ run, isNew: false })
  expect((await remove({ key: 'twice' })).run.name).not.toBe(run.name)
})
