import { type Resource, ref, type TemplateOutput } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import type { Manifest } from '../base/manifest-types.ts'
import type { Problem } from '../base/schema-problems.ts'
import { didYouMean } from '../base/suggest.ts'

export const CLUSTER = 'AWS::MSK::Cluster'
const AUTHORITY = 'AWS::ACMPCA::CertificateAuthority'
const ACTIVATION = 'AWS::ACMPCA::CertificateAuthorityActivation'

/** Outputs of the app's stack: the cluster, and the authority whose certificates let clients in. */
export const KAFKA_OUTPUTS = { cluster: 'KafkaClusterArn', authority: 'KafkaAuthorityArn' } as const
/** Parameter of a service's stack: the brokers' addresses, which no attribute of the cluster has. */
export const KAFKA_BROKERS = 'KafkaBrokers'
/** Variable of a service that uses topics. */
export const KAFKA_VARIABLE = 'KAFKA_BROKERS'
/** Another one: the function that has its certificates signed, a colon, app and service. */
export const IDENTITY_VARIABLE = 'NANOFLEET_IDENTITY'

type Resources = Record<string, Resource>

const NAMED: Record<string, string> = { [CLUSTER]: 'ClusterName', 'AWS::MSK::Configuration': 'Name' }

/** Their names are chosen by the author; the role that makes them may make those of the stage only. */
export function kafkaNameProblems(app: string, resources: Resources): Problem[] {
  const begin = `nanofleet-\${Stage}-${app}`
  return Object.entries(resources).flatMap(([id, { Type, Properties }]): Problem[] => {
    const property = NAMED[Type]
    if (property === undefined) return []
    const { 'Fn::Sub': text } = Object(Properties?.[property]) as Record<string, unknown>
    if (typeof text === 'string' && (text === begin || text.startsWith(`${begin}-`))) return []
    const path = ['Resources', id, 'Properties', property]
    const problem = 'must begin with the names of the stage and the app'
    return [{ path, problem, remedy: `write !Sub ${begin} or !Sub ${begin}-something` }]
  })
}

const clusterOf = ({ kafka }: Manifest, resources: Resources): Resource | undefined =>
  kafka && resources[kafka.cluster]

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** The brokers' security group, as the template names it. */
export function clusterGroup(manifest: Manifest, resources: Resources): unknown {
  const nodes = Object(clusterOf(manifest, resources)?.Properties?.BrokerNodeGroupInfo)
  return list(nodes.SecurityGroups)[0]
}

/** Logical id of the authority that the cluster trusts, by itself or through its activation. */
function authorityId(manifest: Manifest, resources: Resources): string | undefined {
  const access = Object(clusterOf(manifest, resources)?.Properties?.ClientAuthentication)
  const [first] = list(Object(access.Tls).CertificateAuthorityArnList)
  const named = nameIn(first)
  const resource = named === undefined ? undefined : resources[named]
  if (resource?.Type === AUTHORITY) return named
  return resource?.Type === ACTIVATION ? nameIn(resource.Properties?.CertificateAuthorityArn) : undefined
}

/** The logical id that a Ref or a GetAtt names. */
function nameIn(value: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = Object(value) as Record<string, unknown>
  if (typeof Ref === 'string') return Ref
  if (typeof attribute === 'string') return attribute.split('.')[0]
  return Array.isArray(attribute) ? String(attribute[0]) : undefined
}

export function kafkaOutputs(manifest: Manifest, resources: Resources): Record<string, TemplateOutput> {
  const authority = authorityId(manifest, resources)
  if (!manifest.kafka || authority === undefined) return {}
  return {
    [KAFKA_OUTPUTS.cluster]: { Value: ref(manifest.kafka.cluster) },
    [KAFKA_OUTPUTS.authority]: { Value: ref(authority) },
  }
}

/**
 * What is wrong between the key `kafka` of an app and its resources.
 * @param file of the resources, for messages
 */
export function kafkaFaults(manifest: Manifest, resources: Resources, file: string): InvalidInput[] {
  const { kafka, app } = manifest
  const users = Object.keys(manifest.services).filter((name) => manifest.services[name]?.kafka)
  if (!kafka) {
    const place = `images/${app}/app.yml: services.${users[0]}.kafka`
    const remedy = 'declare the cluster and its topics in the key kafka of the app'
    return users.length > 0 ? [new InvalidInput(place, 'the app has no key kafka', remedy)] : []
  }
  const cluster = resources[kafka.cluster]
  if (cluster?.Type !== CLUSTER) {
    const known = Object.keys(resources).filter((name) => resources[name]?.Type === CLUSTER)
    const problem = `the resources have no ${CLUSTER} "${kafka.cluster}"`
    return [
      new InvalidInput(`images/${app}/app.yml: kafka.cluster`, problem, didYouMean(kafka.cluster, known)),
    ]
  }
  return [
    ...replications(manifest, cluster),
    ...settings(manifest, resources, `${file}: Resources.${kafka.cluster}`),
  ]
}

function replications({ app, kafka }: Manifest, { Properties = {} }: Resource): InvalidInput[] {
  const brokers = Properties.NumberOfBrokerNodes
  if (typeof brokers !== 'number') return []
  return Object.entries(kafka?.topics ?? {})
    .filter(([, { replication = 0 }]) => replication > brokers)
    .map(([topic, { replication }]) => {
      const place = `images/${app}/app.yml: kafka.topics.${topic}.replication`
      const problem = `${replication} copies need as many brokers, and the cluster has ${brokers}`
      return new InvalidInput(place, problem, `ask for at most ${brokers}`)
    })
}

function settings(manifest: Manifest, resources: Resources, place: string): InvalidInput[] {
  const properties = clusterOf(manifest, resources)?.Properties ?? {}
  const faults: InvalidInput[] = []
  const fault = (path: string, problem: string, remedy: string) =>
    faults.push(new InvalidInput(`${place}.Properties.${path}`, problem, remedy))
  const group = nameIn(clusterGroup(manifest, resources))
  if (group === undefined || resources[group]?.Type !== 'AWS::EC2::SecurityGroup')
    fault(
      'BrokerNodeGroupInfo.SecurityGroups',
      "must begin with a security group of the app's own",
      'add an AWS::EC2::SecurityGroup and name it; its rules for clients come by themselves',
    )
  if (authorityId(manifest, resources) === undefined)
    fault(
      'ClientAuthentication.Tls.CertificateAuthorityArnList',
      "must name a certificate authority of the app's own",
      'add an AWS::ACMPCA::CertificateAuthority, its certificate and its activation; docs/kafka.md has them',
    )
  const { Unauthenticated } = Object(properties.ClientAuthentication) as Record<string, { Enabled?: unknown }>
  if (Unauthenticated?.Enabled === true)
    fault('ClientAuthentication.Unauthenticated', 'lets in clients without a certificate', 'remove it')
  const transit = Object(Object(properties.EncryptionInfo).EncryptionInTransit).ClientBroker
  if (transit !== undefined && transit !== 'TLS')
    fault('EncryptionInfo.EncryptionInTransit.ClientBroker', 'must be TLS', 'remove it: TLS is the default')
  return faults
}
