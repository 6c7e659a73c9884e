import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry } from '../../../core/base/catalog.ts'
import { checkService } from '../../../core/deploy/check-service.ts'
import type { GroupView, Member } from '../../../core/deploy/fleet.ts'
import { type Evidence, firstMemory, type Memory } from '../../../core/deploy/health.ts'
import { replaceSick, sickAtFirst, stillSick } from '../../../core/deploy/sick-members.ts'
import { SHOP_TARGET as target } from '../../support/shop-target.ts'
import { now, passing, ports } from './checked-group.ts'

const at = (seconds: number) => new Date(now.getTime() + seconds * 1000)
const member = (id: string, stage: Member['stage'] = 'serving', current = true): Member => ({
  id,
  stage,
  current,
})
const groupOf = (...members: Member[]): GroupView => ({
  desired: members.length,
  max: 99,
  members,
  targetGroups: [],
})
const failing = (...ids: string[]): Evidence => ({
  failing: new Map(ids.map((id) => [id, { name: 'web', output: '503', registered: at(-60).getTime() }])),
})
const ill = (...ids: string[]) => new Map(ids.map((id) => [id, 'does not pass']))
const since = (...sick: string[]): Memory => ({ ...firstMemory(now), sick })
const many = (count: number) => Array.from({ length: count }, (_, index) => member(`i-${index}`))

describe('a member that was sick before a run began', () => {
  it.each<[string, Member, number, string[]]>([
    ['serves and is settled', member('i-1'), 0, ['i-1']],
    ['is new', member('i-1'), -0.1, []],
    ['is starting', member('i-1', 'starting'), 0, []],
    ['leaves', member('i-1', 'leaving'), 0, []],
    ['is of another version', member('i-1', 'serving', false), 0, []],
  ])('is one that fails at the first look and %s', (_, one, seconds, sick) => {
    expect(sickAtFirst(groupOf(one, member('i-2')), failing('i-1'), at(seconds))).toEqual(sick)
  })

  it('is not one of which Consul says nothing', () => {
    expect(sickAtFirst(groupOf(member('i-1')), {}, now)).toEqual([])
  })

  it('is forgotten at the first look that does not show it failing', () => {
    expect(stillSick(since('i-1', 'i-2'), failing('i-2'))).toEqual(since('i-2'))
    expect(stillSick(since('i-1'), {})).toEqual(firstMemory(now))
    expect(stillSick(firstMemory(now), failing('i-1'))).toEqual(firstMemory(now))
  })

  it('is replaced after 20 s, and why is said', () => {
    const group = groupOf(member('i-1'), member('i-2'))
    expect(replaceSick(group, ill('i-1'), since('i-1'), at(19.9))).toBeUndefined()
    expect(replaceSick(group, ill('i-1'), since('i-1'), at(20))).toEqual({
      action: 'replace',
      instances: ['i-1'],
      why: 'i-1: does not pass',
    })
  })

  it.each<[string, GroupView, string[]]>([
    ['its group has lost one', { ...groupOf(member('i-1')), desired: 2 }, ['i-1']],
    ['another starts', groupOf(member('i-1'), member('i-2', 'starting')), ['i-1']],
    ['another leaves', groupOf(member('i-1'), member('i-2', 'leaving')), ['i-1']],
    ['it leaves itself', groupOf(member('i-1', 'leaving'), member('i-2')), ['i-1']],
    ['a new one is sick as well', groupOf(member('i-1'), member('i-2')), ['i-1', 'i-2']],
  ])('stays while %s', (_, group, sick) => {
    expect(replaceSick(group, ill(...sick), since('i-1'), at(99))).toBeUndefined()
  })

  it.each([
    [2, 2, 1],
    [9, 3, 1],
    [10, 3, 2],
    [20, 9, 4],
  ])('goes in a group of %d with %d sick together with others, %d in all', (size, sick, go) => {
    const ids = Array.from({ length: sick }, (_, index) => `i-${index}`)
    const step = replaceSick(groupOf(...many(size)), ill(...ids), since(...ids), at(30))
    expect(step).toMatchObject({ instances: ids.slice(0, go) })
  })
})

describe('a service with a sick instance', () => {
  const critical: CatalogEntry = {
    ...passing,
    status: 'critical',
    output: 'HTTP 503',
    meta: { registered: at(-3600).toISOString() },
  }
  const sick = () => ports({ health: () => [critical] })

  it('is healed by a run, which says what the check says', async () => {
    const { step, memory } = await checkService(sick(), 'group', target, {}, now)
    expect(step).toMatchObject({
      action: 'wait',
      why: 'i-1: does not pass its Consul check as web, which says: HTTP 503',
    })
    expect(memory).toMatchObject({ sick: ['i-1'] })
    const next = await checkService(sick(), 'group', target, memory, at(21))
    expect(next.step).toMatchObject({ action: 'replace', instances: ['i-1'] })
    expect(next.memory).toMatchObject({
      sick: ['i-1'],
      since: now.toISOString(),
      bestAt: at(21).toISOString(),
    })
    const healed = await checkService(ports({}), 'group', target, next.memory, at(30))
    expect(healed).toMatchObject({ step: { action: 'done' } })
    expect(healed.memory.sick).toBeUndefined()
  })

  it('is only waited for if it holds the catalog itself', async () => {
    const consul = { ...target, kind: 'consulserver' as const }
    const { memory } = await checkService(sick(), 'group', consul, {}, now)
    expect((await checkService(sick(), 'group', consul, memory, at(99))).step).toMatchObject({
      action: 'wait',
    })
  })

  it('that does not get well ends the run with its check, and with what the program said last', async () => {
    const { memory } = await checkService(sick(), 'group', target, {}, now)
    const { step } = await checkService(sick(), 'group', target, { ...memory, sick: [] }, at(301))
    expect(step).toEqual({
      action: 'doomed',
      reason:
        'no progress for 300 s: i-1: does not pass its Consul check as web, which says: HTTP 503; it said last: panic: no database',
    })
  })
})
