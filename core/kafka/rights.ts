import type { Manifest } from '../base/manifest-types.ts'
import type { Right } from './admin.ts'

/**
 * The name in the certificate of the function `kafka`. It has a dot, which no service's name has, so that
 * nobody gets its rights by the name of a service.
 */
export const ADMIN = 'nanofleet.kafka'

/** How Kafka calls the client whose certificate has this common name and nothing else in its subject. */
export const principal = (commonName: string): string => `User:CN=${commonName}`

const SERVICE = /^User:CN=[a-z][a-z0-9-]*$/

/** Whether rights of this principal are ours to take away: those of services, of now or of before. */
export const isOfService = (name: string): boolean => SERVICE.test(name)

/**
 * What the administrator needs. An ACL for all topics, groups and ids closes them to everybody else, whatever
 * `allow.everyone.if.no.acl.found` says: that counts only where no ACL matches (StandardAuthorizer).
 */
export const adminRights = (): Right[] =>
  [
    { kind: 'cluster', name: 'kafka-cluster' } as const,
    { kind: 'topic', name: '*' } as const,
    { kind: 'group', name: '*' } as const,
    { kind: 'transactional-id', name: '*' } as const,
  ].map((on) => ({ principal: principal(ADMIN), ...on, pattern: 'literal', operation: 'all' }))

/**
 * What the services of an app may do. Reading includes the group of the service's name; writing includes
 * transactions whose ids begin with it. Both include looking at the topic.
 */
export function serviceRights({ services }: Pick<Manifest, 'services'>): Right[] {
  return Object.entries(services).flatMap(([service, { kafka }]): Right[] => {
    const who = { principal: principal(service) }
    const { read = [], write = [] } = kafka ?? {}
    const topics = (names: string[], operation: 'read' | 'write'): Right[] =>
      names.map((name) => ({ ...who, kind: 'topic', name, pattern: 'literal', operation }))
    return [
      ...topics(read, 'read'),
      ...topics(write, 'write'),
      ...(read.length > 0
        ? [{ ...who, kind: 'group', name: service, pattern: 'literal', operation: 'read' } as const]
        : []),
      ...(write.length > 0
        ? [
            {
              ...who,
              kind: 'transactional-id',
              name: service,
              pattern: 'prefixed',
              operation: 'write',
            } as const,
          ]
        : []),
    ]
  })
}
