import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import type { Resource } from '../../core/base/cloudformation.ts'
import { DataWorld, STACK } from './data-world.ts'

/** Each name has one type; its second form can only be had by replacing the first. */
const FORMS: Record<string, [Resource, Resource]> = {
  Orders: [table('id'), table('other')],
  Pictures: [
    { Type: 'AWS::S3::Bucket', Properties: { Tags: [] } },
    { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'nanofleet-dev-other' } },
  ],
  Jobs: [
    { Type: 'AWS::SQS::Queue', DeletionPolicy: 'Delete', Properties: { DelaySeconds: 1 } },
    { Type: 'AWS::SQS::Queue', UpdateReplacePolicy: 'Delete', Properties: { FifoQueue: true } },
  ],
}
const NAMES = Object.keys(FORMS)

function table(key: string): Resource {
  const Properties = { KeySchema: [{ AttributeName: key, KeyType: 'HASH' }] }
  return { Type: 'AWS::DynamoDB::Table', Properties }
}

const template = fc.record(Object.fromEntries(NAMES.map((name) => [name, fc.constantFrom(0, 0, 1)])), {
  requiredKeys: [],
})
const named = fc.subarray(NAMES)
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ what: fc.constant('deploy' as const), template, named, fails: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('rollback' as const), release: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('keep' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('delete' as const), named }) },
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

/** @returns the names that a person gave, and that the run accepted */
async function happen(world: DataWorld, it: Happening): Promise<string[]> {
  switch (it.what) {
    case 'deploy': {
      const resources = Object.entries(it.template).map(([name, form]) => [name, FORMS[name]?.[form ?? 0]])
      world.push(Object.fromEntries(resources))
      // A person names what is asked for, or less.
      const refused = await world.deploy({ fails: it.fails })
      if (refused === undefined) return []
      const losses = world.plan().losses.map(({ name }) => name)
      const given = losses.filter((name) => it.named.includes(name))
      return (await world.deploy({ named: given, fails: it.fails })) === undefined ? given : []
    }
    case 'rollback':
      await world.deploy({ release: it.release }).catch(unlessUnkept)
      return []
    case 'keep':
      await world.teardown({ data: 'keep' })
      return []
    case 'delete':
      return (await world.teardown({ data: 'delete', deleteData: it.named })) === undefined ? it.named : []
  }
}

function unlessUnkept(error: Error): void {
  if (error.name !== 'NotFound') throw error
}

const nameOf = (id: string) => NAMES.find((name) => id.startsWith(`${STACK}-${name}`)) ?? id

describe('whatever is edited, deployed, rolled back, removed and deployed again', () => {
  it('nothing that holds data is lost unless it was named, and what is left is in a stack or on record', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 2, maxLength: 9 }), async (happenings) => {
        const world = new DataWorld()
        for (const each of happenings) {
          const before = world.data
          for (const [, found] of before) found.holds = 1
          const given = await happen(world, each)
          const lost = before.filter(([id]) => !world.stacks.made.physical.has(id)).map(([id]) => nameOf(id))
          expect(lost.filter((name) => !given.includes(name))).toEqual([])
          const known = [
            ...world.stacks.made.of(STACK).map(({ id }) => id),
            ...(await world.kept.list('shop')).map(({ id }) => id),
          ]
          expect(world.data.map(([id]) => id).filter((id) => !known.includes(id))).toEqual([])
        }
      }),
      { numRuns: 25 },
    )
  })
})
