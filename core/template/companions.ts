import { type Resource, references, type Template } from '../base/cloudformation.ts'
import { CLUSTER } from './kafka-cluster.ts'

/** What a Kafka cluster cannot be without: it stays with the cluster, and comes back with it. */
const COMPANIONS: readonly string[] = [
  'AWS::ACMPCA::Certificate',
  'AWS::ACMPCA::CertificateAuthority',
  'AWS::ACMPCA::CertificateAuthorityActivation',
  'AWS::EC2::SecurityGroup',
  'AWS::MSK::Configuration',
]

export const isCluster = (resource: Resource | undefined): boolean => resource?.Type === CLUSTER

/** Logical ids of what a cluster refers to, directly or not, of the types that stay with it. */
export function companions({ Resources }: Pick<Template, 'Resources'>, name: string): string[] {
  if (!isCluster(Resources[name])) return []
  const found = new Set([name])
  // A set hands out what is added while it is walked.
  for (const each of found)
    for (const used of references(Resources[each]))
      if (COMPANIONS.includes(Resources[used]?.Type ?? '')) found.add(used)
  return [...found].filter((each) => each !== name)
}
