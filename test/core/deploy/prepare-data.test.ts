import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Resource, Template } from '../../../core/base/cloudformation.ts'
import { type DataRequest, prepareData } from '../../../core/deploy/prepare-data.ts'
import { removeNamedData } from '../../../core/deploy/remove-data.ts'
import { MemoryKeptBook, memoryHoldings } from '../../support/memory-kept.ts'
import { MemoryStacks } from '../../support/memory-stacks.ts'

const STACK = 'nanofleet-dev-shop'
const retained = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }
const template: Template = {
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'a shop',
  Resources: { Orders: { Type: 'AWS::S3::Bucket' }, Topic: { Type: 'AWS::SNS::Topic' } },
  Outputs: { RefOrders: { Value: 'orders' } },
}
const safe: Template = { ...template, Resources: { Orders: { Type: 'AWS::S3::Bucket', ...retained } } }
const app = (of: Template) => ({
  name: STACK,
  template: JSON.stringify(of),
  parameters: { a: '1' },
  tags: { b: '2' },
})

let stacks: MemoryStacks
let kept: MemoryKeptBook
let emptied: string[]
beforeEach(() => {
  stacks = new MemoryStacks()
  kept = new MemoryKeptBook()
  emptied = []
})
const prepare = (data: DataRequest['data'], deletes: string[] = [], execution = 'run') =>
  prepareData(
    {
      stage: 'dev',
      stacks,
      kept,
      holdings: memoryHoldings(stacks.made),
      buckets: { empty: async (bucket) => void emptied.push(bucket) },
    },
    { app: 'shop', data, deletes, execution, at: '2026-01-31T12:00:00.000Z' },
  )
const gone = async (): Promise<void> => {
  await stacks.remove(STACK)
  await stacks.find(STACK)
}
const recorded = async () =>
  (await kept.list('shop')).map(({ name, id, confirmedBy = 'nobody' }) => `${name} ${id} ${confirmedBy}`)

describe('an app that is about to go', () => {
  it('has its data taken out of its stack and recorded, whatever becomes of it', async () => {
    stacks.stand(app(safe), 'CREATE_COMPLETE')
    expect(await prepare('keep')).toMatchObject({ stack: STACK, next: 'go-on' })
    expect(await kept.list('shop')).toEqual([
      {
        name: 'Orders',
        type: 'AWS::S3::Bucket',
        id: `${STACK}-Orders`,
        template: {
          AWSTemplateFormatVersion: '2010-09-09',
          Description: 'a shop',
          Resources: { Orders: safe.Resources.Orders },
        },
        parameters: { a: '1' },
        at: '2026-01-31T12:00:00.000Z',
        execution: 'run',
      },
    ])
    expect([emptied, stacks.calls]).toEqual([[], []])
  })

  it('has its buckets emptied when they were named, and the record says which run deletes them', async () => {
    stacks.stand(app(safe), 'CREATE_COMPLETE')
    expect(await prepare('delete', ['Orders'])).toMatchObject({ next: 'go-on' })
    expect(emptied).toEqual([`${STACK}-Orders`])
    expect(await recorded()).toEqual([`Orders ${STACK}-Orders run`])
  })

  it('loses what was named and nothing else, and only buckets are emptied', async () => {
    const Orders = { Type: 'AWS::DynamoDB::Table', ...retained }
    stacks.stand(app({ ...safe, Resources: { Orders, Bills: Orders } }), 'CREATE_COMPLETE')
    await prepare('delete', ['Orders'])
    expect(await recorded()).toEqual([`Bills ${STACK}-Bills nobody`, `Orders ${STACK}-Orders run`])
    expect(emptied).toEqual([])
  })

  it.each([
    ['keep', [`Group ${STACK}-Group nobody`, `Log ${STACK}-Log nobody`]],
    ['delete', [`Log ${STACK}-Log run`]],
  ] as const)('is recorded with what its Kafka cluster uses, if that stays: %s', async (data, records) => {
    const Properties = { BrokerNodeGroupInfo: { SecurityGroups: [{ Ref: 'Group' }] } }
    const Log = { Type: 'AWS::MSK::Cluster', Properties, ...retained }
    const Group = { Type: 'AWS::EC2::SecurityGroup', ...retained }
    stacks.stand(app({ ...safe, Resources: { Log, Group } }), 'CREATE_COMPLETE')
    await prepare(data, ['Log'])
    expect(await recorded()).toEqual(records)
  })

  it.each([
    [0, 'run'],
    [1, 'nobody'],
  ])('that holds %i rows after a first deployment that failed is deleted by: %s', async (holds, by) => {
    stacks.stand(app(safe), 'CREATE_COMPLETE')
    Object.assign(stacks.made.physical.get(`${STACK}-Orders`) ?? {}, { holds })
    await prepare('keep-used')
    expect(await recorded()).toEqual([`Orders ${STACK}-Orders ${by}`])
  })

  it('gets the policy that lets its data stay, where it has another one', async () => {
    stacks.stand(app(template), 'CREATE_COMPLETE')
    expect(await prepare('delete', ['Orders'])).toMatchObject({ next: 'wait', until: 'ready' })
    expect(stacks.calls).toEqual(['update'])
    expect(JSON.parse(stacks.templates.get(STACK) ?? '').Resources).toEqual({
      Orders: {
        Type: 'AWS::S3::Bucket',
        // A policy alone is no update for CloudFormation.
        Metadata: { KeptBy: 'nanofleet teardown' },
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
      },
      Topic: { Type: 'AWS::SNS::Topic' },
    })
    expect(await stacks.find(STACK)).toMatchObject({ parameters: { a: '1' }, tags: { b: '2' } })
  })

  it('is not deleted when CloudFormation had nothing to do and the data would go', async () => {
    stacks.stand(app(template), 'CREATE_COMPLETE')
    stacks.update = async () => false
    await expect(prepare('keep')).rejects.toThrow(
      `stack ${STACK}: CloudFormation did not take over that Orders is kept; nothing was deleted`,
    )
  })

  it('waits for an update that does not show in the template yet', async () => {
    stacks.stand(app(template), 'CREATE_COMPLETE')
    stacks.update = async () => true
    expect(await prepare('keep')).toMatchObject({ next: 'wait', until: 'ready' })
  })

  it('is left as it is after an update that failed, when its data would stay', async () => {
    stacks.stand(app(safe), 'UPDATE_FAILED')
    expect(await prepare('keep')).toMatchObject({ next: 'go-on' })
    expect(stacks.calls).toEqual([])
  })

  it.each<[string, Resource, string | undefined]>([
    ['a bucket that stays', { Type: 'AWS::S3::Bucket', ...retained }, undefined],
    ['a bucket that would go, too', { Type: 'AWS::S3::Bucket' }, 'that Orders is kept;'],
  ])('goes with a Kafka cluster that was named, beside %s', async (_what, Orders, refusal) => {
    stacks.stand(
      app({ ...template, Resources: { Orders, Log: { Type: 'AWS::MSK::Cluster' } } }),
      'CREATE_COMPLETE',
    )
    stacks.update = async () => false
    const end = await prepare('delete', ['Log']).catch((error: Error) => error.message)
    expect(end).toEqual(
      refusal === undefined ? expect.objectContaining({ next: 'go-on' }) : expect.stringContaining(refusal),
    )
  })

  it('is recorded also when its stack could not be deleted before', async () => {
    stacks.stand(app(template), 'DELETE_FAILED')
    expect(await prepare('keep')).toMatchObject({ next: 'go-on' })
    expect(await recorded()).toEqual([`Orders ${STACK}-Orders nobody`])
  })

  it('needs nothing when it has no stack, or one without a template', async () => {
    expect(await prepare('keep')).toMatchObject({ next: 'go-on', checks: 0, seconds: 0 })
    stacks.stand(app(safe), 'REVIEW_IN_PROGRESS')
    stacks.templates.delete(STACK)
    expect(await prepare('keep')).toMatchObject({ next: 'go-on' })
    expect([emptied, stacks.calls, await recorded()]).toEqual([[], [], []])
  })

  it('means what the stack has, not what was kept under the same name', async () => {
    stacks.stand(app(safe), 'CREATE_COMPLETE')
    await prepare('keep')
    await gone()
    stacks.stand(app(safe), 'CREATE_COMPLETE')
    await prepare('delete', ['Orders'], 'second')
    expect(await recorded()).toEqual([`Orders ${STACK}-Orders nobody`, `Orders ${STACK}-Orders-2 second`])
    await gone()
    await prepare('delete', ['Orders'], 'third')
    expect(await recorded()).toEqual([`Orders ${STACK}-Orders third`, `Orders ${STACK}-Orders-2 third`])
  })
})

describe('data that a person named', () => {
  const remove = (execution: string, remover = async (id: string) => void stacks.made.physical.delete(id)) =>
    removeNamedData(
      { stage: 'dev', stacks, kept, remover: { remove: ({ id }) => remover(id) } },
      { app: 'shop', execution },
    )

  it('is deleted by the run it was named for, once no stack has it', async () => {
    stacks.stand(app(safe), 'CREATE_COMPLETE')
    await prepare('delete', ['Orders'])
    expect(await remove('run')).toEqual([])
    expect(await recorded()).toHaveLength(1)
    await gone()
    expect(await remove('another')).toEqual([])
    expect(stacks.made.physical.has(`${STACK}-Orders`)).toBe(true)
    expect(await remove('run')).toEqual(['Orders'])
    expect([stacks.made.physical.has(`${STACK}-Orders`), await recorded()]).toEqual([false, []])
  })

  it('stays on record when it cannot be deleted', async () => {
    stacks.stand(app(safe), 'CREATE_COMPLETE')
    await prepare('delete', ['Orders'])
    await gone()
    const refuse = async () => {
      throw new Error('it is protected')
    }
    await expect(remove('run', refuse)).rejects.toThrow(
      `shop: data that was to go is still kept: Orders (bucket ${STACK}-Orders): it is protected`,
    )
    expect(await recorded()).toHaveLength(1)
  })
})
