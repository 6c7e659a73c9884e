import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ref, type Template } from '../../core/base/cloudformation.ts'
import type { StackInput, Stacks, StackView } from '../../core/template/stacks.ts'

/** Stacks with names that nobody else uses. */
export interface StacksUnderTest {
  stacks: Stacks
  /** The prefix of every stack and parameter that the suite creates. */
  prefix: string
  /** Changes an input so that the next operation with it fails in the resource `Thing`. */
  failing(input: StackInput): StackInput
  stop(): Promise<void>
}

const TYPE = 'AWS::SSM::Parameter'

/** A stack with one parameter, which costs nothing. */
function input(name: string, more: Partial<StackInput> = {}): StackInput {
  const template: Template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'One parameter',
    Parameters: { Value: { Type: 'String' } },
    Resources: {
      Thing: { Type: TYPE, Properties: { Name: `/${name}`, Type: 'String', Value: ref('Value') } },
    },
    Outputs: { Given: { Value: ref('Value') } },
  }
  return {
    name,
    template: JSON.stringify(template),
    parameters: { Value: 'one' },
    tags: { suite: name, kind: 'contract' },
    ...more,
  }
}

/** What every implementation of `Stacks` does. */
export function stacksContract(name: string, start: () => Promise<StacksUnderTest>): void {
  describe(`the stacks ${name}`, () => {
    let under: StacksUnderTest
    let stacks: Stacks
    const made: string[] = []
    beforeAll(async () => {
      under = await start()
      stacks = under.stacks
    }, 120_000)
    afterAll(async () => {
      for (const each of made) await stacks.remove(each)
      for (const each of made) await settled(each)
      await under?.stop()
    }, 30_000)

    const own = (suffix: string, more: Partial<StackInput> = {}): StackInput => {
      const stack = input(`${under.prefix}-${suffix}`, more)
      made.push(stack.name)
      return stack
    }
    const settled = async (stack: string): Promise<StackView | undefined> => {
      for (let look = 0; look < 100; look++) {
        const view = await stacks.find(stack)
        if (!view?.status.endsWith('_IN_PROGRESS')) return view
        await sleep(100)
      }
      throw new Error(`${stack} is still changing after 10 s`)
    }
    const create = async (stack: StackInput): Promise<StackView | undefined> => {
      await stacks.create(stack)
      return await settled(stack.name)
    }

    it('are not found before they are created', async () => {
      expect(await stacks.find(`${under.prefix}-never`)).toBeUndefined()
      expect(await stacks.template(`${under.prefix}-never`)).toBeUndefined()
      await expect(stacks.resources(`${under.prefix}-never`, TYPE)).rejects.toThrow('does not exist')
      await expect(stacks.update(input(`${under.prefix}-never`))).rejects.toThrow('does not exist')
    })

    it('are found as they were created, with their outputs', async () => {
      const stack = own('made')
      expect(await create(stack)).toMatchObject({
        name: stack.name,
        status: 'CREATE_COMPLETE',
        outputs: { Given: 'one' },
        parameters: { Value: 'one' },
        tags: stack.tags,
      })
    })

    it('return the text of their template', async () => {
      const stack = own('text')
      await create(stack)
      expect(await stacks.template(stack.name)).toBe(stack.template)
    })

    it('accept a template that is too large for a request', async () => {
      const large = (stack: StackInput, letter: string): StackInput => ({
        ...stack,
        template: JSON.stringify({
          ...JSON.parse(stack.template),
          Metadata: { Filling: letter.repeat(60_000) },
        }),
      })
      const stack = own('large')
      const [one, two] = [large(stack, 'x'), large({ ...stack, parameters: { Value: 'two' } }, 'y')]
      expect(await create(one)).toMatchObject({ status: 'CREATE_COMPLETE', outputs: { Given: 'one' } })
      expect(await stacks.template(stack.name)).toBe(one.template)
      expect(await stacks.update(one)).toBe(false)
      expect(await stacks.update(two)).toBe(true)
      expect(await settled(stack.name)).toMatchObject({
        status: 'UPDATE_COMPLETE',
        outputs: { Given: 'two' },
      })
      expect(await stacks.template(stack.name)).toBe(two.template)
    })

    it('are not created over an existing one', async () => {
      const stack = own('again')
      await create(stack)
      await expect(stacks.create(stack)).rejects.toThrow('already exists')
    })

    it('are found by all of their tags', async () => {
      const [one, other] = [own('tag-a'), own('tag-b')]
      await create(one)
      await create(other)
      const names = async (tags: Record<string, string>) =>
        (await stacks.tagged(tags)).map((view) => view.name)
      expect(await names({ suite: one.name, kind: 'contract' })).toEqual([one.name])
      expect(await names({ suite: one.name, kind: 'other' })).toEqual([])
      expect(await names({ kind: 'contract' })).toEqual(expect.arrayContaining([one.name, other.name]))
    })

    it('return the physical ids of their resources of one type', async () => {
      const stack = own('resources')
      await create(stack)
      expect(await stacks.resources(stack.name, TYPE)).toHaveLength(1)
      expect(await stacks.resources(stack.name, 'AWS::S3::Bucket')).toEqual([])
    })

    it('accept an update, and say when there is nothing to update', async () => {
      const stack = own('update')
      await create(stack)
      expect(await stacks.update(stack)).toBe(false)
      expect(await stacks.update({ ...stack, parameters: { Value: 'two' } })).toBe(true)
      expect(await settled(stack.name)).toMatchObject({
        status: 'UPDATE_COMPLETE',
        outputs: { Given: 'two' },
        parameters: { Value: 'two' },
      })
    })

    it('are unchanged after a failed update, and report the first failure of the last operation', async () => {
      const stack = own('rollback')
      const before = await create(stack)
      expect(await stacks.firstFailure(before?.id ?? '')).toBeUndefined()
      await stacks.update(under.failing({ ...stack, parameters: { Value: 'two' } }))
      expect(await settled(stack.name)).toMatchObject({
        status: 'UPDATE_ROLLBACK_COMPLETE',
        parameters: { Value: 'one' },
        outputs: { Given: 'one' },
      })
      expect(await stacks.template(stack.name)).toBe(stack.template)
      expect(await stacks.firstFailure(before?.id ?? '')).toMatch(/^Thing: ./)
      await stacks.update({ ...stack, parameters: { Value: 'three' } })
      expect(await settled(stack.name)).toMatchObject({ status: 'UPDATE_COMPLETE' })
      expect(await stacks.firstFailure(before?.id ?? '')).toBeUndefined()
    })

    it('stay readable after a failed creation, and accept no update', async () => {
      const stack = own('failed')
      const view = await create(under.failing(stack))
      expect(view?.status).toBe('ROLLBACK_COMPLETE')
      expect(await stacks.firstFailure(view?.id ?? '')).toMatch(/^Thing: ./)
      await expect(stacks.update(stack)).rejects.toThrow('ROLLBACK_COMPLETE')
    })

    it('are gone after they were removed, and are removed again without an error', async () => {
      const stack = own('removed')
      await create(stack)
      await stacks.remove(stack.name)
      expect(await settled(stack.name)).toBeUndefined()
      expect(await stacks.tagged(stack.tags)).toEqual([])
      await stacks.remove(stack.name)
      expect(await stacks.find(stack.name)).toBeUndefined()
    })
  })
}
