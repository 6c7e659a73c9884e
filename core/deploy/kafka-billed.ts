import type { Resource } from '../base/cloudformation.ts'
import { CLUSTER } from '../template/kafka-cluster.ts'

/** What of a Kafka cluster costs for as long as it exists, with its number; undefined for anything else. */
export function kafkaBilled({ Type, Properties = {} }: Resource): [string, number] | undefined {
  if (Type === 'AWS::ACMPCA::CertificateAuthority') {
    const mode = Properties.UsageMode === 'SHORT_LIVED_CERTIFICATE' ? 'short-lived' : 'general-purpose'
    return [`private certificate authority, ${mode}`, 1]
  }
  if (Type !== CLUSTER) return undefined
  const { InstanceType } = Object(Properties.BrokerNodeGroupInfo) as Record<string, unknown>
  const { NumberOfBrokerNodes: brokers } = Properties
  // Either may be an expression.
  return typeof brokers === 'number' && typeof InstanceType === 'string'
    ? [`Kafka broker ${InstanceType}`, brokers]
    : ['Kafka cluster', 1]
}
