import { describe, expect, it } from '@jest/globals'
import type { AppBundle } from '../../../core/base/bundle.ts'
import type { Template } from '../../../core/base/cloudformation.ts'
import { teardownFacts } from '../../../core/deploy/teardown-facts.ts'
import { outlineOf } from '../../../core/template/outline.ts'
import { sampleApp } from '../../apps/apps.ts'
import { MemoryKeptBook } from '../../support/memory-kept.ts'
import { MemoryLockTable } from '../../support/memory-locks.ts'
import { MemoryReleaseBook } from '../../support/memory-releases.ts'
import { MemoryStacks } from '../../support/memory-stacks.ts'

const shop = sampleApp('shop', 'requires: [platform]\nservices:\n  web: {}\n')
const before = sampleApp('shop', 'requires: [platform]\nservices:\n  web: {}\n  db: {}\n')
const platform = sampleApp('platform', 'services:\n  nat: {}\n')
const stacks = new MemoryStacks()
const empty: Template = { AWSTemplateFormatVersion: '2010-09-09', Description: '', Resources: {} }
const template: Template = {
  ...empty,
  Resources: { Orders: { Type: 'AWS::DynamoDB::Table' }, Topic: { Type: 'AWS::SNS::Topic' } },
}
const input = (name: string, of: Template, tags: Record<string, string> = {}) => ({
  name: `nanofleet-dev-${name}`,
  template: JSON.stringify(of),
  parameters: {},
  tags: { 'nanofleet:stage': 'dev', ...tags },
})

describe('what a removal is planned from', () => {
  it('is the app as it was released, its services, its template, and who requires whom', async () => {
    const tags = (app: string, service?: string) => ({
      'nanofleet:app': app,
      ...(service === undefined ? {} : { 'nanofleet:service': service }),
    })
    stacks.stand(input('shop', template, tags('shop')), 'CREATE_COMPLETE')
    stacks.stand(input('shop-web', empty, tags('shop', 'web')), 'CREATE_COMPLETE')
    stacks.stand(input('shop-db', empty, tags('shop', 'db')), 'CREATE_COMPLETE')
    stacks.stand(input('platform', empty, tags('platform')), 'CREATE_COMPLETE')
    stacks.stand(input('platform-nat', empty, tags('platform', 'nat')), 'CREATE_COMPLETE')
    stacks.stand(input('', empty), 'CREATE_COMPLETE')
    stacks.stand(input('blog', empty, tags('blog')), 'CREATE_COMPLETE')
    const locks = new MemoryLockTable()
    const releases = new MemoryReleaseBook(locks)
    await locks.take('shop', 'us', undefined, new Date())
    await releases.record('shop', { release: 1, bundle: 'b1', services: {}, at: '', execution: '' }, 'us')
    const bundles: Record<string, AppBundle> = {
      'shop b1': before,
      'shop undefined': shop,
      'platform undefined': platform,
      'blog undefined': sampleApp('blog', 'requires: [platform, shop]\nservices:\n  web: {}\n'),
    }
    const kept = new MemoryKeptBook()
    const old = {
      name: 'Old',
      type: 'AWS::S3::Bucket',
      id: 'old-1',
      template,
      parameters: {},
      at: '2026-01-31T00:00:00.000Z',
      execution: 'r',
    }
    await kept.keep('shop', [old])
    const outline = async (app: string, digest?: string) => outlineOf(bundles[`${app} ${digest}`], 's3://b')
    expect(
      await teardownFacts({ stage: 'dev', stacks, releases, kept, bundles: { outline } }, 'shop'),
    ).toEqual({
      outline: outlineOf(before, 's3://b'),
      standing: ['db', 'web'],
      data: [{ name: 'Orders', type: 'AWS::DynamoDB::Table', id: 'nanofleet-dev-shop-Orders' }],
      kept: [old],
      others: [
        { app: 'blog', requires: ['platform', 'shop'] },
        { app: 'platform', requires: [] },
      ],
    })
  })
})
