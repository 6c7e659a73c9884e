import { describe, expect, it } from '@jest/globals'
import type { Template } from '../../../core/base/cloudformation.ts'
import {
  bringStack,
  checkStack,
  progress,
  removeStack,
  StackFailure,
  type StackStep,
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

describe('checkStack', () => {
  it('fails with the first resource that failed', async () => {
    const stacks = new MemoryStacks()
    stacks.failures.set('app', 'Table: it already exists')
    const failure = bring(stacks)
    await expect(failure).rejects.toThrow(StackFailure)
    await expect(failure).rejects.toThrow('stack app: Table: it already exists')
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
  ] as const)('%s while waiting for %s is %s', (status, until, expected) => {
    expect(progress(status, until)).toBe(expected)
  })
})
