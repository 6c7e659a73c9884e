import { describe, expect, it } from '@jest/globals'
import type { Template } from '../../../core/base/cloudformation.ts'
import {
  bringStack,
  checkStack,
  progress,
  removeStack,
  StackFailure,
  type StackStep,
  standingStack,
} from '../../../core/template/bring-stack.ts'
import { MemoryStacks } from '../../support/memory-stacks.ts'

const template = (type: string): Template => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'a stack',
  Resources: { Thing: { Type: type } },
})
const wanted = (type = 'A', parameters: Record<string, string> = {}) => ({
  name: 'app',
  template: template(type),
  parameters,
  tags: {},
})
const text = (type = 'A') => ({
  name: 'app',
  template: JSON.stringify(template(type)),
  parameters: {},
  tags: {},
})

/** Does what the workflow does with a step. */
async function bring(stacks: MemoryStacks, type = 'A'): Promise<StackStep> {
  let step = await bringStack(stacks, wanted(type))
  for (let looks = 0; step.next !== 'go-on' && looks < 20; looks++)
    step = step.next === 'apply' ? await bringStack(stacks, wanted(type)) : await checkStack(stacks, step)
  return step
}

describe('bringStack', () => {
  it('creates a stack that is not there', async () => {
    const stacks = new MemoryStacks()
    expect((await bring(stacks)).next).toBe('go-on')
    expect(stacks.calls).toEqual(['create'])
  })

  it('leaves a stack alone that has the template and the parameters', async () => {
    const stacks = new MemoryStacks()
    stacks.stand(text(), 'CREATE_COMPLETE')
    expect((await bring(stacks)).next).toBe('go-on')
    expect(stacks.calls).toEqual([])
  })

  it('makes no change for a new release number alone', async () => {
    const stacks = new MemoryStacks()
    stacks.stand({ ...text(), parameters: { ImageId: 'ami-1', Release: '1' } }, 'CREATE_COMPLETE')
    const step = await bringStack(stacks, wanted('A', { ImageId: 'ami-1', Release: '2' }))
    expect(step.next).toBe('go-on')
    expect(stacks.calls).toEqual([])
  })

  it.each([
    ['was rolled back after an update', 'UPDATE_ROLLBACK_COMPLETE', ['update']],
    ['never came up', 'ROLLBACK_COMPLETE', ['remove', 'create']],
    ['could not be deleted', 'DELETE_FAILED', ['remove', 'create']],
  ])('mends a stack that %s', async (_case, status, calls) => {
    const stacks = new MemoryStacks()
    stacks.stand(text('B'), status)
    await bring(stacks)
    expect(stacks.calls).toEqual(calls)
  })

  it('waits for what a killed run left at work, then brings its own template', async () => {
    const stacks = new MemoryStacks()
    stacks.stand(text('B'), 'UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE')
    await bring(stacks)
    expect(stacks.calls).toEqual(['update'])
    expect(stacks.templates.get('app')).toContain('"Type":"A"')
  })
})

describe('a stack that has a status already', () => {
  it.each([
    ['CREATE_COMPLETE', 'update', 'update', 'ready', true],
    ['UPDATE_COMPLETE', 'update', 'update', 'ready', true],
    ['UPDATE_ROLLBACK_COMPLETE', 'update', 'update', 'ready', true],
    ['CREATE_IN_PROGRESS', 'nothing', undefined, 'idle', true],
    ['UPDATE_IN_PROGRESS', 'nothing', undefined, 'idle', true],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'nothing', undefined, 'idle', true],
    ['ROLLBACK_IN_PROGRESS', 'nothing', undefined, 'idle', true],
    ['DELETE_IN_PROGRESS', 'nothing', undefined, 'idle', true],
    ['REVIEW_IN_PROGRESS', 'remove', 'remove', 'idle', false],
    ['ROLLBACK_COMPLETE', 'remove', 'remove', 'idle', false],
    ['ROLLBACK_FAILED', 'remove', 'remove', 'idle', false],
    ['CREATE_FAILED', 'remove', 'remove', 'idle', false],
    ['DELETE_FAILED', 'remove', 'remove', 'idle', false],
  ] as const)(
    '%s: does %s at once, and its template counts or not',
    async (status, _what, call, until, counts) => {
      const stacks = new MemoryStacks()
      stacks.stand(text('B'), status)
      const step = await bringStack(stacks, wanted())
      expect(step).toMatchObject({ next: 'wait', until, checks: 0 })
      expect(stacks.calls).toEqual(call === undefined ? [] : [call])
      stacks.stand(text('B'), status)
      const standing = await standingStack(stacks, await stacks.find('app'))
      expect(standing).toEqual(counts ? { status, template: template('B'), parameters: {} } : undefined)
    },
  )

  it('is created again once its deletion is shown', async () => {
    const stacks = new MemoryStacks()
    stacks.find = async () => ({
      id: 'app',
      name: 'app',
      status: 'DELETE_COMPLETE',
      outputs: {},
      parameters: {},
      tags: {},
    })
    expect(await bringStack(stacks, wanted())).toMatchObject({ next: 'wait', until: 'ready' })
    expect(stacks.calls).toEqual(['create'])
    expect(await standingStack(stacks, await stacks.find('app'))).toBeUndefined()
    expect(await removeStack(stacks, 'app')).toMatchObject({ next: 'go-on', until: 'gone' })
  })

  it.each([
    ['CREATE_COMPLETE', ['remove'], 'gone'],
    ['DELETE_IN_PROGRESS', [], 'gone'],
    ['UPDATE_IN_PROGRESS', [], 'idle'],
  ])('%s: is removed by %j, and the step waits until it is %s', async (status, calls, until) => {
    const stacks = new MemoryStacks()
    stacks.stand(text(), status)
    expect(await removeStack(stacks, 'app')).toMatchObject({ next: 'wait', until })
    expect(stacks.calls).toEqual(calls)
  })

  it('is looked at with longer pauses', async () => {
    const stacks = new MemoryStacks()
    stacks.stand(text(), 'CREATE_IN_PROGRESS')
    const first = await bringStack(stacks, wanted())
    const second = await checkStack(stacks, first)
    expect(second).toMatchObject({ next: 'wait', checks: 1 })
    expect(second.seconds).toBeGreaterThanOrEqual(first.seconds)
  })
})

describe('checkStack', () => {
  it('fails with the status when no resource failed, and when the stack is gone', async () => {
    const stacks = new MemoryStacks()
    const step: StackStep = { stack: 'app', next: 'wait', until: 'ready', checks: 0, seconds: 1 }
    await expect(checkStack(stacks, step)).rejects.toThrow(new StackFailure('stack app: it is gone'))
    stacks.stand(text(), 'UPDATE_ROLLBACK_COMPLETE')
    await expect(checkStack(stacks, step)).rejects.toThrow('stack app: UPDATE_ROLLBACK_COMPLETE')
  })

  it('fails with the first resource that failed', async () => {
    const stacks = new MemoryStacks()
    stacks.failures.set('app', 'Table: it already exists')
    const failure = bring(stacks)
    await expect(failure).rejects.toThrow(StackFailure)
    await expect(failure).rejects.toThrow('stack app: Table: it already exists')
  })
})

describe('a standing stack', () => {
  it('is none when its template is gone by the time it is read', async () => {
    const stacks = new MemoryStacks()
    stacks.stand(text(), 'CREATE_COMPLETE')
    stacks.template = async () => undefined
    expect(await standingStack(stacks, await stacks.find('app'))).toBeUndefined()
  })
})

describe('removeStack', () => {
  it('takes a stack that is gone already as removed', async () => {
    expect((await removeStack(new MemoryStacks(), 'app')).next).toBe('go-on')
  })

  it('waits until the stack is gone', async () => {
    const stacks = new MemoryStacks()
    stacks.stand(text(), 'CREATE_COMPLETE')
    let step = await removeStack(stacks, 'app')
    expect(step.next).toBe('wait')
    step = await checkStack(stacks, step)
    expect((await checkStack(stacks, step)).next).toBe('go-on')
  })
})

describe('progress', () => {
  it.each([
    ['CREATE_IN_PROGRESS', 'ready', 'underway'],
    ['CREATE_COMPLETE', 'ready', 'reached'],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'ready', 'reached'],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'idle', 'underway'],
    ['UPDATE_ROLLBACK_COMPLETE', 'ready', 'failed'],
    ['UPDATE_ROLLBACK_COMPLETE', 'idle', 'reached'],
    ['ROLLBACK_COMPLETE', 'ready', 'failed'],
    [undefined, 'ready', 'failed'],
    [undefined, 'gone', 'reached'],
    ['DELETE_FAILED', 'gone', 'failed'],
    ['CREATE_COMPLETE', 'gone', 'failed'],
    ['DELETE_COMPLETE', 'gone', 'reached'],
    ['DELETE_COMPLETE', 'ready', 'failed'],
    ['DELETE_IN_PROGRESS', 'gone', 'underway'],
    ['UPDATE_COMPLETE', 'ready', 'reached'],
    ['UPDATE_IN_PROGRESS', 'ready', 'underway'],
  ] as const)('%s while waiting for %s is %s', (status, until, expected) => {
    expect(progress(status, until)).toBe(expected)
  })
})
