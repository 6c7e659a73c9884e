import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { CloudFormationStacks } from '../../../adapters/aws/cloudformation.ts'
import { liftProtection } from '../../../adapters/aws/load-balancing.ts'
import { TemplateStore } from '../../../adapters/aws/template-store.ts'
import { sha256 } from '../../../core/base/canonical.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { CannedAws } from '../../support/canned-aws.ts'
import { MemoryS3 } from '../../support/memory-s3.ts'

const LIMIT = 51_200

describe('a template', () => {
  let aws: CannedAws
  let s3: MemoryS3
  let stacks: CloudFormationStacks
  beforeEach(async () => {
    aws = new CannedAws({})
    s3 = await MemoryS3.start()
    const templates = new TemplateStore(s3.client, 'stage')
    stacks = new CloudFormationStacks(new CloudFormationClient(await aws.start()), { templates })
  })
  afterEach(async () => {
    await aws.stop()
    await s3.stop()
  })
  const input = (template: string) => ({ name: 'app', template, parameters: {}, tags: {} })
  const sent = (place: string) => new URLSearchParams(aws.calls.at(-1)?.body).get(place)

  it.each<['create' | 'update']>([['create'], ['update']])(
    'of 51,200 bytes goes into the request to %s',
    async (verb) => {
      await stacks[verb](input('x'.repeat(LIMIT)))
      expect(sent('TemplateBody')).toHaveLength(LIMIT)
      expect(s3.writes).toEqual([])
    },
  )

  it.each<['create' | 'update', string]>([
    ['create', 'x'.repeat(LIMIT + 1)],
    ['update', 'x'.repeat(LIMIT + 1)],
    // Two bytes each.
    ['create', 'é'.repeat(LIMIT / 2 + 1)],
  ])('that is larger goes through the bucket to %s', async (verb, text) => {
    await stacks[verb](input(text))
    const key = `templates/${sha256(text)}.json`
    expect(s3.objects.get(key)?.toString()).toBe(text)
    expect(sent('TemplateBody')).toBeNull()
    expect(sent('TemplateURL')).toBe(`https://s3.eu-west-1.amazonaws.com/stage/${key}`)
  })

  it('that the bucket does not take makes no stack', async () => {
    const text = 'x'.repeat(LIMIT + 1)
    s3.broken.add(`templates/${sha256(text)}.json`)
    await expect(stacks.create(input(text))).rejects.toThrow(ServiceFailure)
    expect(aws.calls).toEqual([])
  })
})

describe('the first failure of an operation', () => {
  let aws: CannedAws
  afterEach(() => aws.stop())
  const OWN = 'arn:stack'
  const event = (logical: string, status: string, reason = '', physical = `${logical}-id`): string =>
    `<member><StackId>${OWN}</StackId><LogicalResourceId>${logical}</LogicalResourceId><PhysicalResourceId>${physical}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus>${reason && `<ResourceStatusReason>${reason}</ResourceStatusReason>`}</member>`
  const own = (status: string, reason = '') => event('app', status, reason, OWN)
  const page = (events: string[], next = '') =>
    `<StackEvents>${events.join('')}</StackEvents>${next && `<NextToken>${next}</NextToken>`}`
  async function firstFailure(...pages: string[]) {
    aws = new CannedAws({ DescribeStackEvents: pages })
    return await new CloudFormationStacks(new CloudFormationClient(await aws.start())).firstFailure(OWN)
  }
  const many = Array.from({ length: 100 }, (_, index) => event(`Rule${index}`, 'DELETE_COMPLETE'))
  const begun = own('CREATE_IN_PROGRESS', 'User Initiated')

  it('is looked for on as many pages as the operation has, newest first', async () => {
    const cause = event('Table', 'CREATE_FAILED', 'Table already exists')
    const after = event('Queue', 'CREATE_FAILED', 'Resource creation cancelled')
    expect(await firstFailure(page(many, 'two'), page([after, cause, begun]))).toBe(
      'Table: Table already exists',
    )
  })

  it('is not one of an earlier operation', async () => {
    const earlier = event('Old', 'CREATE_FAILED', 'long ago')
    const cause = event('Table', 'UPDATE_FAILED', 'no')
    const now = own('UPDATE_IN_PROGRESS', 'User Initiated')
    expect(await firstFailure(page([cause, now, earlier, begun]))).toBe('Table: no')
    expect(aws.calls).toHaveLength(1)
  })

  it("is the stack's own reason when no resource failed", async () => {
    const reason = 'Role arn:aws:iam::1:role/stack is invalid or cannot be assumed'
    expect(
      await firstFailure(page([own('ROLLBACK_COMPLETE'), own('ROLLBACK_IN_PROGRESS', reason), begun])),
    ).toBe(reason)
  })

  it('is not the list of the resources that failed', async () => {
    const list = own('ROLLBACK_IN_PROGRESS', 'The following resource(s) failed to create: [Table].')
    const cause = event('Table', 'CREATE_FAILED', 'no')
    expect(await firstFailure(page([list, cause, begun]))).toBe('Table: no')
    await aws.stop()
    expect(await firstFailure(page([list, begun]))).toBeUndefined()
  })
})

it('finds the resources of a type on every page', async () => {
  const resources = (from: number) =>
    Array.from(
      { length: 100 },
      (_, index) =>
        `<member><ResourceType>AWS::S3::Bucket</ResourceType><PhysicalResourceId>b-${from + index}</PhysicalResourceId></member>`,
    ).join('')
  const list = (from: number, next = '') =>
    `<StackResourceSummaries>${resources(from)}</StackResourceSummaries>${next}`
  const aws = new CannedAws({ ListStackResources: [list(0, '<NextToken>2</NextToken>'), list(100)] })
  const stacks = new CloudFormationStacks(new CloudFormationClient(await aws.start()))
  expect(await stacks.resources('app', 'AWS::S3::Bucket')).toHaveLength(200)
  await aws.stop()
})

describe('a stack with load balancers', () => {
  const ARN = 'arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/1'
  const member = (type: string, id: string, status = 'CREATE_COMPLETE') =>
    `<member><ResourceType>AWS::${type}</ResourceType><PhysicalResourceId>${id}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus></member>`

  it.each([
    ['lifted before the stack is deleted', '', ['ModifyLoadBalancerAttributes', 'DeleteStack']],
    [
      'no matter where the load balancer is gone',
      'LoadBalancerNotFound',
      ['ModifyLoadBalancerAttributes', 'DeleteStack'],
    ],
    ['left, and the stack too, where that is denied', 'AccessDenied', ['ModifyLoadBalancerAttributes']],
  ])('has their protection %s', async (_what, error, calls) => {
    const resources =
      member('ElasticLoadBalancingV2::LoadBalancer', ARN) +
      member('ElasticLoadBalancingV2::LoadBalancer', 'gone', 'DELETE_COMPLETE')
    const aws = new CannedAws({
      ListStackResources: `<StackResourceSummaries>${resources}</StackResourceSummaries>`,
      ModifyLoadBalancerAttributes: error === '' ? '<Attributes/>' : { error },
    })
    const settings = await aws.start()
    try {
      const unprotect = (arn: string) => liftProtection(new ElasticLoadBalancingV2Client(settings), arn)
      const removed = new CloudFormationStacks(new CloudFormationClient(settings), { unprotect }).remove(
        'app',
      )
      if (error === 'AccessDenied') await expect(removed).rejects.toThrow()
      else await removed
      expect(aws.calls.map(({ action }) => action)).toEqual(['ListStackResources', ...calls])
      const sent = new URLSearchParams(aws.calls[1]?.body)
      expect(sent.get('LoadBalancerArn')).toBe(ARN)
      expect([...sent.values()]).toEqual(expect.arrayContaining(['deletion_protection.enabled', 'false']))
    } finally {
      await aws.stop()
    }
  })
})
