import { describe, expect, it } from '@jest/globals'
import { PLATFORM } from '../../../core/base/names.ts'
import { billOf } from '../../../core/deploy/billed.ts'
import { planBill } from '../../../core/deploy/plan-bill.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { repositoryApps, sampleApp } from '../../apps/apps.ts'
import { stage } from '../../support/stage.ts'

const billed = (Type: string, Properties: Record<string, unknown> = {}) => {
  const { fixed, byUse } = billOf(
    { app: 'shop', own: { Resources: { It: { Type, Properties } } }, services: {} },
    3,
  )
  return [Object.fromEntries(fixed.map(({ article, quantity }) => [article, quantity])), byUse]
}

describe('what AWS bills of an app', () => {
  const LB = 'AWS::ElasticLoadBalancingV2::LoadBalancer'
  const TABLE = 'AWS::DynamoDB::Table'
  it.each<[string, Record<string, unknown>, Record<string, number>, string[]]>([
    ['AWS::EC2::SecurityGroup', {}, {}, []],
    ['AWS::EC2::NatGateway', {}, { 'nat/hour': 1 }, ['nat/gb', 'transfer/out']],
    ['AWS::EC2::EIP', {}, { 'address/hour': 1 }, []],
    ['AWS::ACMPCA::CertificateAuthority', {}, { 'authority/month': 1 }, []],
    [
      'AWS::ACMPCA::CertificateAuthority',
      { UsageMode: 'SHORT_LIVED_CERTIFICATE' },
      { 'authority/short-lived': 1 },
      [],
    ],
    ['AWS::EC2::VPCEndpoint', {}, {}, []],
    ['AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }, {}, []],
    ['AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface' }, { 'endpoint/hour': 3 }, ['endpoint/gb']],
    [
      'AWS::EC2::VPCEndpoint',
      { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] },
      { 'endpoint/hour': 2 },
      ['endpoint/gb'],
    ],
    [
      LB,
      { Subnets: { Ref: 'PublicSubnets' } },
      { 'application-balancer/hour': 1, 'address/hour': 3 },
      ['application-balancer/capacity', 'transfer/out'],
    ],
    [
      LB,
      { Type: 'network', Scheme: 'internal' },
      { 'network-balancer/hour': 1 },
      ['network-balancer/capacity'],
    ],
    [
      LB,
      { Type: 'network', SubnetMappings: [{}, {}] },
      { 'network-balancer/hour': 1, 'address/hour': 2 },
      ['network-balancer/capacity', 'transfer/out'],
    ],
    [
      TABLE,
      {
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
      {},
      ['table/write', 'table/read', 'table/storage', 'table/history'],
    ],
    [
      TABLE,
      { ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: '2' } },
      { 'table/read-capacity': 5, 'table/write-capacity': 2 },
      ['table/storage'],
    ],
    ['AWS::S3::Bucket', {}, {}, ['bucket/storage', 'bucket/write', 'bucket/read']],
    ['AWS::SQS::Queue', {}, {}, ['queue/request']],
    ['AWS::SQS::Queue', { FifoQueue: true }, {}, ['queue/fifo-request']],
    ['AWS::SNS::Topic', {}, {}, ['topic/request']],
    [
      'AWS::MSK::Cluster',
      { NumberOfBrokerNodes: 3, BrokerNodeGroupInfo: { InstanceType: 'kafka.t3.small' } },
      { 'broker/t3.small': 3 },
      ['broker/storage', 'transfer/zone'],
    ],
  ])('for a %s %j', (type, properties, fixed, byUse) => {
    expect(billed(type, properties)).toEqual([fixed, byUse])
  })
})

describe('the bill of a plan', () => {
  const shop = (count: number, type = 't3.micro') =>
    parsedApp(sampleApp('shop', `services:\n  web: {port: 8080, count: ${count}, instanceType: ${type}}\n`))
  const facts = { stage, overrides: {}, current: undefined, running: undefined, brought: undefined }
  const stacks = { own: undefined, services: {}, outputs: { app: undefined, platform: undefined } }
  const of = (other: Partial<Parameters<typeof planBill>[0]>) => {
    const { before, after } = planBill({ ...facts, stacks, app: shop(2), ...other })
    return [before, after].map(({ fixed }) => fixed.map(({ article, quantity }) => `${quantity} ${article}`))
  }

  it.each([
    ['a first deployment', {}, [], ['2 instance/t3.micro']],
    ['no change', { running: shop(2) }, ['2 instance/t3.micro'], ['2 instance/t3.micro']],
    ['another type', { running: shop(2, 't3.small') }, ['2 instance/t3.small'], ['2 instance/t3.micro']],
    [
      'a count set by scale',
      { running: shop(2), overrides: { web: { count: 5, manifestCount: 2 } } },
      ['5 instance/t3.micro'],
      ['5 instance/t3.micro'],
    ],
    [
      'a new count in the manifest, which replaces it',
      { running: shop(1), overrides: { web: { count: 5, manifestCount: 1 } } },
      ['5 instance/t3.micro'],
      ['2 instance/t3.micro'],
    ],
    ['none left', { app: shop(0), running: shop(1) }, ['1 instance/t3.micro'], []],
  ])('is of %s', (_what, other, before, after) => {
    expect(of(other)).toEqual([before, after])
  })

  it('has the platform in it that the deployment brings up', async () => {
    const platform = (await repositoryApps()).find(({ manifest }) => manifest.app === PLATFORM)
    if (!platform) throw new Error('there is no platform')
    const { after } = planBill({ ...facts, stacks, app: shop(2), brought: parsedApp(platform) })
    expect(after.fixed).toEqual([
      { article: 'instance/t3.micro', quantity: 2, of: 'shop/web' },
      { article: 'instance/t3.small', quantity: 3, of: 'platform/consul' },
      { article: 'application-balancer/hour', quantity: 1, of: 'platform' },
      { article: 'address/hour', quantity: 3, of: 'platform' },
      { article: 'network-balancer/hour', quantity: 1, of: 'platform' },
      { article: 'address/hour', quantity: 1, of: 'platform' },
      { article: 'nat/hour', quantity: 1, of: 'platform' },
    ])
  })
})
