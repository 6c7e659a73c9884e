import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Template } from '../../../core/base/cloudformation.ts'
import { prepareData } from '../../../core/deploy/prepare-data.ts'
import { MemoryStacks } from '../../support/memory-stacks.ts'

const template: Template = {
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'a shop',
  Resources: { Orders: { Type: 'AWS::S3::Bucket' }, Topic: { Type: 'AWS::SNS::Topic' } },
}
const app = { name: 'shop', template: JSON.stringify(template), parameters: { a: '1' }, tags: { b: '2' } }

let stacks: MemoryStacks
let emptied: string[]
beforeEach(() => {
  stacks = new MemoryStacks()
  emptied = []
})
const prepare = (data: 'keep' | 'delete') =>
  prepareData({ stacks, buckets: { empty: async (bucket) => void emptied.push(bucket) } }, 'shop', data)

describe('an app that is about to go', () => {
  it('has its buckets emptied when its data goes', async () => {
    stacks.stand(app, 'CREATE_COMPLETE')
    expect(await prepare('delete')).toMatchObject({ stack: 'shop', next: 'go-on' })
    expect(emptied).toEqual(['shop-Orders'])
    expect(stacks.calls).toEqual([])
  })

  it('lets go of what holds data when that is kept, with its parameters and tags', async () => {
    stacks.stand(app, 'CREATE_COMPLETE')
    expect(await prepare('keep')).toMatchObject({ stack: 'shop', next: 'wait', until: 'ready' })
    expect(stacks.calls).toEqual(['update'])
    expect(JSON.parse(stacks.templates.get('shop') ?? '').Resources).toEqual({
      Orders: {
        Type: 'AWS::S3::Bucket',
        // A policy alone is no update for CloudFormation.
        Metadata: { KeptBy: 'nanofleet teardown' },
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
      },
      Topic: { Type: 'AWS::SNS::Topic' },
    })
    expect(await stacks.find('shop')).toMatchObject({ parameters: { a: '1' }, tags: { b: '2' } })
    expect(emptied).toEqual([])
  })

  it('is not deleted when CloudFormation had nothing to do and the data would go', async () => {
    stacks.stand(app, 'CREATE_COMPLETE')
    stacks.update = async () => false
    await expect(prepare('keep')).rejects.toThrow(
      'stack shop: CloudFormation did not take over that Orders is kept; nothing was deleted',
    )
  })

  it('is looked at again later while CloudFormation works on it', async () => {
    stacks.stand(app, 'CREATE_COMPLETE')
    stacks.update = async () => true
    expect(await prepare('keep')).toMatchObject({ next: 'wait' })
  })

  it('goes on when its data is kept already', async () => {
    const Orders = { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain' }
    stacks.stand(
      { ...app, template: JSON.stringify({ ...template, Resources: { Orders } }) },
      'CREATE_COMPLETE',
    )
    stacks.update = async () => false
    expect(await prepare('keep')).toMatchObject({ next: 'go-on' })
  })

  it.each(['keep', 'delete'] as const)(
    'needs nothing with data: %s when it has no stack that works',
    async (data) => {
      expect(await prepare(data)).toMatchObject({ next: 'go-on', checks: 0, seconds: 0 })
      stacks.stand(app, 'ROLLBACK_COMPLETE')
      expect(await prepare(data)).toMatchObject({ next: 'go-on' })
      expect([emptied, stacks.calls]).toEqual([[], []])
    },
  )
})
