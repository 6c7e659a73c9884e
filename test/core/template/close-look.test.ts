import { describe, expect, it } from '@jest/globals'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { bringStack, removeStack } from '../../../core/template/bring-stack.ts'
import { lookClosely } from '../../../core/template/close-look.ts'
import { MemoryStacks } from '../../support/memory-stacks.ts'

const template = { AWSTemplateFormatVersion: '2010-09-09' as const, Description: '', Resources: {} }
const wanted = { name: 'app', template, parameters: {}, tags: {} }

/** A clock that only counts. */
function clock() {
  const slept: number[] = []
  return { slept, sleep: async (seconds: number) => slept.push(seconds) }
}

describe('a close look at a stack', () => {
  it('goes on with one that is made within two seconds', async () => {
    const stacks = new MemoryStacks()
    const { slept, sleep } = clock()
    const begun = await bringStack(stacks, wanted)
    expect(await lookClosely(stacks, begun, sleep)).toEqual({ ...begun, next: 'go-on' })
    expect(slept.length).toBe(2)
  })

  it('goes on with one that is gone within two seconds', async () => {
    const stacks = new MemoryStacks()
    await bringStack(stacks, wanted)
    await stacks.find('app')
    const begun = await removeStack(stacks, 'app')
    expect(begun.next).toBe('wait')
    expect((await lookClosely(stacks, await removeStack(stacks, 'app'), clock().sleep)).next).toBe('go-on')
  })

  it('lets the template be applied once what another run does is over', async () => {
    const stacks = new MemoryStacks()
    const input = { ...wanted, template: JSON.stringify(template) }
    stacks.stand(input, 'UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE')
    const begun = await bringStack(stacks, wanted)
    expect((await lookClosely(stacks, begun, clock().sleep)).next).toBe('apply')
  })

  it('leaves what takes longer, what fails and what AWS does not answer to the workflow', async () => {
    const begun = await bringStack(new MemoryStacks(), wanted)
    const saying = (status: string) => {
      const stacks = new MemoryStacks()
      stacks.stand({ ...wanted, template: '{"Resources":{}}' }, status)
      return stacks
    }
    const silent = { find: () => Promise.reject(new ServiceFailure('Rate exceeded')) }
    for (const stacks of [saying('CREATE_IN_PROGRESS'), saying('ROLLBACK_COMPLETE'), silent]) {
      const { slept, sleep } = clock()
      expect(await lookClosely(stacks, begun, sleep)).toEqual(begun)
      if (stacks instanceof MemoryStacks && stacks.views.get('app')?.status === 'ROLLBACK_COMPLETE')
        expect(slept).toHaveLength(1)
      expect(slept.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(2)
    }
  })

  it('does not look at what is as wanted', async () => {
    const { slept, sleep } = clock()
    const done = { ...(await bringStack(new MemoryStacks(), wanted)), next: 'go-on' as const }
    expect(await lookClosely(new MemoryStacks(), done, sleep)).toBe(done)
    expect(slept).toEqual([])
  })
})
