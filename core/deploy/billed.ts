import type { Resource, Template } from '../base/cloudformation.ts'
import type { Bill, BillItem } from '../prices/bill.ts'
import { together } from '../prices/bill.ts'

/** An app's stacks as they are or will be, and how many instances each service has. */
export interface BilledApp {
  app: string
  own: Pick<Template, 'Resources'> | undefined
  services: Record<string, { template: Pick<Template, 'Resources'>; count: number }>
}

type Properties = Record<string, unknown>

/** What a resource is billed as; what is not here costs nothing (AWS's pricing pages of each service). */
const BILLED: Record<string, (properties: Properties, zones: number) => [Record<string, number>, string[]]> =
  {
    'AWS::EC2::NatGateway': () => [{ 'nat/hour': 1 }, ['nat/gb', 'transfer/out']],
    'AWS::EC2::EIP': () => [{ 'address/hour': 1 }, []],
    'AWS::EC2::VPCEndpoint': endpoint,
    'AWS::ElasticLoadBalancingV2::LoadBalancer': balancer,
    'AWS::DynamoDB::Table': table,
    'AWS::S3::Bucket': () => [{}, ['bucket/storage', 'bucket/write', 'bucket/read']],
    'AWS::SQS::Queue': ({ FifoQueue: fifo }) => [{}, [fifo ? 'queue/fifo-request' : 'queue/request']],
    'AWS::SNS::Topic': () => [{}, ['topic/request']],
    'AWS::MSK::Cluster': brokers,
    'AWS::ACMPCA::CertificateAuthority': ({ UsageMode }) => [
      { [UsageMode === 'SHORT_LIVED_CERTIFICATE' ? 'authority/short-lived' : 'authority/month']: 1 },
      [],
    ],
  }

/**
 * What AWS bills of an app.
 * @param zones of the stage
 */
export function billOf({ app, own, services }: BilledApp, zones: number): Bill {
  const resources = Object.values(own?.Resources ?? {}).map((resource) => ofResource(app, resource, zones))
  const instances = Object.entries(services).map(([service, { template, count }]) =>
    ofInstances(`${app}/${service}`, template, count),
  )
  return together(...instances, ...resources)
}

function ofResource(of: string, { Type, Properties = {} }: Resource, zones: number): Bill {
  const [fixed, byUse] = BILLED[Type]?.(Properties, zones) ?? [{}, []]
  return { fixed: Object.entries(fixed).map(([article, quantity]) => ({ article, quantity, of })), byUse }
}

/** Their volumes are as large as their image, and have the type that EC2 gives a volume that names none. */
function ofInstances(of: string, { Resources }: Pick<Template, 'Resources'>, count: number): Bill {
  const template = Object.values(Resources).find(({ Type }) => Type === 'AWS::EC2::LaunchTemplate')
  const { InstanceType } = Object(template?.Properties?.LaunchTemplateData) as Properties
  const fixed: BillItem[] =
    typeof InstanceType === 'string' && count > 0
      ? [{ article: `instance/${InstanceType}`, quantity: count, of }]
      : []
  const byUse = ['volume/gp2', 'transfer/zone', 'snapshot', 'logs/storage']
  return { fixed, byUse: template ? byUse : [] }
}

/** A gateway for S3 or DynamoDB is free (AWS PrivateLink Guide, "Gateway endpoints"). */
function endpoint(
  { VpcEndpointType, SubnetIds }: Properties,
  zones: number,
): [Record<string, number>, string[]] {
  if (VpcEndpointType !== 'Interface') return [{}, []]
  return [{ 'endpoint/hour': Array.isArray(SubnetIds) ? SubnetIds.length : zones }, ['endpoint/gb']]
}

/** One that the internet reaches has a public address in each zone. */
function balancer(properties: Properties, zones: number): [Record<string, number>, string[]] {
  const { Type = 'application', Scheme = 'internet-facing', Subnets, SubnetMappings } = properties
  const places = [Subnets, SubnetMappings].find(Array.isArray)
  const addresses = Scheme === 'internal' ? 0 : (places?.length ?? zones)
  return [
    { [`${String(Type)}-balancer/hour`]: 1, ...(addresses > 0 && { 'address/hour': addresses }) },
    [`${String(Type)}-balancer/capacity`, ...(addresses > 0 ? ['transfer/out'] : [])],
  ]
}

function table(properties: Properties): [Record<string, number>, string[]] {
  const { BillingMode = 'PROVISIONED', ProvisionedThroughput, PointInTimeRecoverySpecification } = properties
  const { ReadCapacityUnits, WriteCapacityUnits } = Object(ProvisionedThroughput) as Properties
  const { PointInTimeRecoveryEnabled: history } = Object(PointInTimeRecoverySpecification) as Properties
  const onDemand = BillingMode === 'PAY_PER_REQUEST'
  return [
    onDemand
      ? {}
      : {
          'table/read-capacity': units(ReadCapacityUnits),
          'table/write-capacity': units(WriteCapacityUnits),
        },
    [
      ...(onDemand ? ['table/write', 'table/read'] : []),
      'table/storage',
      ...(history === true || history === 'true' ? ['table/history'] : []),
    ],
  ]
}

function brokers({
  NumberOfBrokerNodes,
  BrokerNodeGroupInfo,
}: Properties): [Record<string, number>, string[]] {
  const { InstanceType } = Object(BrokerNodeGroupInfo) as Properties
  const type = String(InstanceType).replace(/^kafka\./, '')
  return [{ [`broker/${type}`]: units(NumberOfBrokerNodes) }, ['broker/storage', 'transfer/zone']]
}

const units = (value: unknown): number => (Number.isFinite(Number(value)) ? Number(value) : 0)
