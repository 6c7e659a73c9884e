import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Resource } from '../../core/base/cloudformation.ts'
import { importKey } from '../../core/template/data-types.ts'
import { stackPolicy } from '../../core/template/stack-policy.ts'
import type { ChangeSets, StackInput, StackPart, Stacks } from '../../core/template/stacks.ts'

/** Stacks and their change sets, with names that nobody else uses. */
export interface ChangeSetsUnderTest {
  stacks: Stacks
  changeSets: ChangeSets
  /** The prefix of every stack that the suite creates. */
  prefix: string
  /** Whether a table or topic of this physical id exists. */
  exists(part: StackPart): Promise<boolean>
  stop(): Promise<void>
}

const keeping = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }
const table = (key = 'id', more: Partial<Resource> = keeping): Resource => ({
  Type: 'AWS::DynamoDB::Table',
  ...more,
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
  },
})
const topic = (DisplayName: string): Resource => ({ Type: 'AWS::SNS::Topic', Properties: { DisplayName } })

/** What every implementation of `ChangeSets` does, and the stacks with it. */
export function changeSetsContract(name: string, start: () => Promise<ChangeSetsUnderTest>): void {
  describe(`the change sets ${name}`, () => {
    let under: ChangeSetsUnderTest
    const made: string[] = []
    beforeAll(async () => {
      under = await start()
    }, 120_000)
    afterAll(async () => {
      for (const each of made) await under.stacks.remove(each)
      for (const each of made) await settled(each)
      await under?.stop()
    }, 60_000)

    const settled = async (stack: string): Promise<string | undefined> => {
      for (let look = 0; look < 150; look++) {
        const view = await under.stacks.find(stack)
        if (!view?.status.endsWith('_IN_PROGRESS')) return view?.status
        await sleep(100)
      }
      throw new Error(`${stack} is still changing after 15 s`)
    }
    const input = (suffix: string, Resources: Record<string, Resource>): StackInput => ({
      name: `${under.prefix}-${suffix}`,
      template: JSON.stringify({ AWSTemplateFormatVersion: '2010-09-09', Description: suffix, Resources }),
      parameters: {},
      tags: {},
    })
    const stand = async (stack: StackInput): Promise<StackPart[]> => {
      made.push(stack.name)
      await under.stacks.create(stack)
      expect(await settled(stack.name)).toBe('CREATE_COMPLETE')
      return await under.stacks.parts(stack.name)
    }
    const partOf = (parts: StackPart[], logical: string): StackPart => {
      const found = parts.find((part) => part.name === logical)
      if (!found) throw new Error(`no ${logical} among ${JSON.stringify(parts)}`)
      return found
    }

    it('say what an update would do to each resource, and change nothing', async () => {
      const before = { Orders: table(), Bills: table(), News: topic('news') }
      const stack = input('preview', before)
      const parts = await stand(stack)
      expect(await under.changeSets.preview(stack)).toEqual([])
      const after = input('preview', { Orders: table('number'), News: topic('other'), New: table() })
      const changes = await under.changeSets.preview(after)
      const byName = Object.fromEntries(changes.map((change) => [change.name, change]))
      expect(Object.keys(byName).sort()).toEqual(['Bills', 'New', 'News', 'Orders'])
      expect(byName).toMatchObject({
        Orders: { action: 'Modify', id: partOf(parts, 'Orders').id, type: 'AWS::DynamoDB::Table' },
        Bills: { action: 'Remove', id: partOf(parts, 'Bills').id },
        News: { action: 'Modify', replacement: 'False' },
        New: { action: 'Add' },
      })
      expect(byName.Orders?.replacement).not.toBe('False')
      expect(byName.Orders?.causes).toContain('KeySchema')
      expect(await under.stacks.template(stack.name)).toBe(stack.template)
      expect(await under.stacks.parts(stack.name)).toEqual(parts)
    }, 60_000)

    it('take in what a deleted stack left, first into a new stack, then into that one', async () => {
      const old = input('old', { Orders: table(), Bills: table() })
      const parts = await stand(old)
      await under.stacks.remove(old.name)
      expect(await settled(old.name)).toBeUndefined()
      const [orders, bills] = [partOf(parts, 'Orders'), partOf(parts, 'Bills')]
      expect([await under.exists(orders), await under.exists(bills)]).toEqual([true, true])
      const imported = ({ name: logical, type, id }: StackPart) => ({
        name: logical,
        type,
        key: importKey(type, id),
      })

      const first = input('new', { Orders: table('id', { DeletionPolicy: 'Retain' }) })
      made.push(first.name)
      await under.changeSets.startImport(first, [imported(orders)])
      expect(await settled(first.name)).toBe('IMPORT_COMPLETE')
      expect(await under.stacks.parts(first.name)).toEqual([orders])

      const both = { Orders: table('id', { DeletionPolicy: 'Retain' }), Bills: table() }
      await under.changeSets.startImport(input('new', both), [imported(bills)])
      expect(await settled(first.name)).toBe('IMPORT_COMPLETE')
      expect((await under.stacks.parts(first.name)).map(({ id }) => id).sort()).toEqual(
        [orders.id, bills.id].sort(),
      )

      const after = input('new', { Orders: table(), Bills: table(), News: topic('news') })
      expect(await under.stacks.update(after)).toBe(true)
      expect(await settled(first.name)).toBe('UPDATE_COMPLETE')
      expect(partOf(await under.stacks.parts(first.name), 'Orders')).toEqual(orders)
    }, 60_000)

    it('refuse to import what does not exist, or more than what they were told', async () => {
      const stack = input('none', { Orders: table() })
      made.push(stack.name)
      const resource = {
        name: 'Orders',
        type: 'AWS::DynamoDB::Table',
        key: { TableName: `${under.prefix}-none` },
      }
      const ends = await under.changeSets.startImport(stack, [resource]).then(
        async () => await settled(stack.name),
        (error: Error) => error.name,
      )
      expect(['ROLLBACK_COMPLETE', 'InvalidInput']).toContain(ends)
      await under.stacks.remove(stack.name)
      expect(await settled(stack.name)).toBeUndefined()
      const more = input('none', { Orders: table(), News: topic('news') })
      await expect(under.changeSets.startImport(more, [resource])).rejects.toThrow(/News/)
    }, 60_000)

    it('meet a policy that lets nothing go but what an update names', async () => {
      const stack = { ...input('guarded', { Orders: table(), News: topic('a') }), policy: stackPolicy() }
      const orders = partOf(await stand(stack), 'Orders')
      const without = input('guarded', { News: topic('a') })
      await under.stacks.update(without)
      expect(await settled(stack.name)).toBe('UPDATE_ROLLBACK_COMPLETE')
      expect(partOf(await under.stacks.parts(stack.name), 'Orders')).toEqual(orders)
      const view = await under.stacks.find(stack.name)
      expect(await under.stacks.firstFailure(view?.id ?? '')).toContain('Action denied by stack policy')
      await under.stacks.update({ ...without, policyNow: stackPolicy(['Orders']) })
      expect(await settled(stack.name)).toBe('UPDATE_COMPLETE')
      expect((await under.stacks.parts(stack.name)).map((part) => part.name)).toEqual(['News'])
      expect(await under.exists(orders)).toBe(true)
    }, 60_000)
  })
}
