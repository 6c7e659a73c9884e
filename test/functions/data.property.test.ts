import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import type { Resource } from '../../core/base/cloudformation.ts'
import { DataWorld, STACK } from './data-world.ts'

/** Each name has one type; its second form can only be had by replacing the first. */
const FORMS: Record<string, [Resource, Resource]> = {
  Orders: [table('id'), table('other')],
  // What Orders becomes when somebody renames it.
  Bills: [table('id'), table('other')],
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
const TABLES = ['Orders', 'Bills']

function table(key: string): Resource {
  const Properties = { KeySchema: [{ AttributeName: key, KeyType: 'HASH' }] }
  return { Type: 'AWS::DynamoDB::Table', Properties }
}

/** Which form, and under which condition. */
const edit = fc.record({
  form: fc.constantFrom(0, 0, 1),
  condition: fc.constantFrom(undefined, undefined, undefined, 'Always', 'Never'),
})
const template = fc.record(Object.fromEntries(NAMES.map((name) => [name, edit])), { requiredKeys: [] })
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
  { weight: 2, arbitrary: fc.record({ what: fc.constant('back up' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('restore' as const),
      name: fc.constantFrom(...TABLES),
      backup: fc.nat(5),
      named,
      end: fc.constantFrom('good' as const, 'bad' as const, 'not imported' as const),
    }),
  },
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

const resources = (edits: Record<string, { form: number; condition: string | undefined } | undefined>) =>
  Object.fromEntries(
    Object.entries(edits).flatMap(([name, chosen]) => {
      const resource = FORMS[name]?.[chosen?.form ?? 0]
      return resource
        ? [[name, { ...resource, ...(chosen?.condition && { Condition: chosen.condition }) }]]
        : []
    }),
  )

/** @returns the names that a person gave, and that the run accepted */
async function happen(world: DataWorld, backups: string[], it: Happening): Promise<string[]> {
  switch (it.what) {
    case 'deploy': {
      world.push(resources(it.template))
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
    case 'back up':
      for (const name of TABLES) if (world.parts[name]) backups.push(world.backups.create(STACK, name))
      return []
    case 'restore':
      await restore(world, backups[it.backup % (backups.length || 1)], it)
      return []
  }
}

/** Nothing is lost by a restore, whatever was named. */
async function restore(
  world: DataWorld,
  backup: string | undefined,
  { name, named, end }: Extract<Happening, { what: 'restore' }>,
): Promise<void> {
  if (backup === undefined) return
  const given = { named: named.filter((each) => each === name), restore: { [name]: backup } }
  if (end === 'not imported') world.stacks.failures.set(STACK, 'no')
  const refused = await world.deploy({ ...given, fails: end === 'bad' })
  world.stacks.failures.delete(STACK)
  if (refused === undefined && end === 'good') expect(world.parts[name]).toContain('RESTORED')
}

function unlessUnkept(error: Error): void {
  if (error.name !== 'NotFound') throw error
}

const nameOf = (id: string) => NAMES.find((name) => id.startsWith(`${STACK}-${name}`)) ?? id

describe('whatever is edited, deployed, rolled back, removed, restored and deployed again', () => {
  it('nothing that holds data is lost unless it was named, and what is left is in a stack or on record', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 2, maxLength: 10 }), async (happenings) => {
        const world = new DataWorld()
        const backups: string[] = []
        for (const each of happenings) {
          const before = world.data
          for (const [, found] of before) found.holds = 1
          const given = await happen(world, backups, each)
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
