import { describe, expect, it } from '@jest/globals'
import type { Resource } from '../../../core/base/cloudformation.ts'
import { appTemplate } from '../../../core/template/app.ts'
import { readApp } from '../../../core/template/app-folder.ts'
import { deletable, importKey, withDataPolicies } from '../../../core/template/data-types.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { sampleApp } from '../../apps/apps.ts'
import { stage } from '../../support/stage.ts'

const TABLE = 'AWS::DynamoDB::Table'

describe('a resource that holds data', () => {
  it.each<[Resource, Partial<Resource>]>([
    [{ Type: TABLE }, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }],
    [
      { Type: TABLE, DeletionPolicy: 'Delete' },
      { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Retain' },
    ],
    [
      { Type: TABLE, UpdateReplacePolicy: 'Snapshot' },
      { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Snapshot' },
    ],
  ])('%j stays when CloudFormation lets go of it, unless it says otherwise', (resource, policies) => {
    // A policy alone is no update, so a stack from before gets it with a change of metadata.
    const Metadata = { HeldBy: 'nanofleet', Mine: 1 }
    expect(withDataPolicies({ Orders: { ...resource, Metadata: { Mine: 1 } } }).Orders).toEqual({
      ...resource,
      ...policies,
      Metadata,
    })
  })

  it('is one of those whose rows, objects or messages somebody may want back', () => {
    const topic = { Type: 'AWS::SNS::Topic' }
    expect(withDataPolicies({ News: topic }).News).toBe(topic)
    expect(importKey('AWS::SQS::Queue', 'https://q')).toEqual({ QueueUrl: 'https://q' })
  })

  it('has its policies in the template of its app', () => {
    const files = { 'data.yml': `Resources:\n  Orders:\n    Type: ${TABLE}\n` }
    const app = sampleApp('shop', 'resources: data.yml\nrequires: [platform]\nservices:\n  web: {}\n', files)
    expect(appTemplate(parsedApp(app), stage).Resources.Orders).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    })
  })

  it('is a warning at push when CloudFormation alone may delete it', () => {
    const own = {
      Orders: { Type: TABLE, UpdateReplacePolicy: 'Delete' },
      News: { Type: 'x', DeletionPolicy: 'Delete' },
    }
    expect(deletable(own)).toEqual([{ name: 'Orders', policy: 'UpdateReplacePolicy' }])
    const text = `Resources:\n  Orders:\n    Type: ${TABLE}\n    DeletionPolicy: Delete\n`
    const files = new Map([
      ['app.yml', 'app: shop\nrequires: [platform]\nresources: data.yml\nservices:\n  web: {}\n'],
      ['web/config.json', '{"Program": "/p"}'],
      ['data.yml', text],
    ])
    expect(readApp('shop', files).warnings).toEqual([
      'images/shop/data.yml: Resources.Orders: with DeletionPolicy Delete, CloudFormation alone can delete what it holds; leave the policy out to be asked first',
    ])
  })
})
