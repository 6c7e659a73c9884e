import { describe, expect, it } from '@jest/globals'
import type { ClusterState, Right } from '../../../core/kafka/admin.ts'
import { difference } from '../../../core/kafka/difference.ts'
import { adminRights, principal } from '../../../core/kafka/rights.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'

const declared = (topics: string, services = '  page:\n    kafka: { read: [orders], write: [bills] }') =>
  parseManifest(
    `app: shop\nresources: r.yml\nkafka:\n  cluster: Events\n  topics:\n${topics}\nservices:\n${services}\n`,
    'images/shop/app.yml',
  )
const TOPICS =
  '    orders: { partitions: 4 }\n    bills: { partitions: 1, replication: 2, config: { retention.ms: 5 } }'
const fresh: ClusterState = { brokers: 3, topics: {}, rights: [] }

/** `page may read topic orders`. */
const told = ({ principal: who, operation, kind, name, pattern }: Right): string =>
  `${who.replace('User:CN=', '')} ${operation} ${kind} ${name}${pattern === 'prefixed' ? '…' : ''}`

describe('a new cluster', () => {
  const change = difference(declared(TOPICS), fresh, false)

  it('gets all topics, with their own copies and settings', () => {
    expect(change.create).toEqual({
      orders: { partitions: 4, config: {} },
      bills: { partitions: 1, replication: 2, config: { 'retention.ms': '5' } },
    })
    expect([change.grow, change.configure, change.forbid]).toEqual([{}, {}, []])
  })

  it('is closed to all but the administrator, and lets each service use its own topics', () => {
    expect(change.allow.map(told)).toEqual([
      'nanofleet.kafka all cluster kafka-cluster',
      'nanofleet.kafka all topic *',
      'nanofleet.kafka all group *',
      'nanofleet.kafka all transactional-id *',
      'page read topic orders',
      'page write topic bills',
      'page read group page',
      'page write transactional-id page…',
    ])
  })
})

describe('a cluster with topics', () => {
  const standing = (orders: number, replication = 3): ClusterState => ({
    brokers: 3,
    topics: { orders: { partitions: orders, replication }, old: { partitions: 9, replication: 3 } },
    rights: adminRights(),
  })
  const only = (topic: string) => declared(`    orders: ${topic}`, '  page: {}')

  it.each([
    ['grows', '{ partitions: 4 }', 2, { grow: { orders: 4 } }],
    ['stays', '{ partitions: 4 }', 4, {}],
    [
      'takes new settings',
      '{ partitions: 2, config: { retention.ms: 7 } }',
      2,
      { configure: { orders: { 'retention.ms': '7' } } },
    ],
  ])('%s, and what the manifest does not name stays', (_what, topic, has, wanted) => {
    const nothing = { allow: [], create: {}, grow: {}, configure: {}, forbid: [] }
    expect(difference(only(topic), standing(has), false)).toEqual({ ...nothing, ...wanted })
  })

  it.each([
    [
      '{ partitions: 1 }',
      'kafka.topics.orders.partitions: the topic has 2, and Kafka takes no partition away; ask for at least 2, or use a topic of another name',
    ],
    [
      '{ partitions: 2, replication: 2 }',
      'kafka.topics.orders.replication: the topic has 3 copies, and only a new topic takes another number; ask for 3, or use a topic of another name',
    ],
  ])('refuses %s in one sentence, but not on the way back to an earlier release', (topic, sentence) => {
    expect(() => difference(only(topic), standing(2), false)).toThrow(`images/shop/app.yml: ${sentence}`)
    expect(difference(only(topic), standing(2), true).grow).toEqual({})
  })

  it('refuses more copies than brokers', () => {
    const one = { ...fresh, brokers: 1 }
    expect(() => difference(only('{ partitions: 1, replication: 2 }'), one, false)).toThrow(
      'images/shop/app.yml: kafka.topics.orders.replication: 2 copies need as many brokers, and one runs; ask for at most 1',
    )
  })

  it('takes away what services may not do any more, and nothing of others', () => {
    const right = (name: string): Right => ({
      principal: principal(name),
      kind: 'topic',
      name: 'orders',
      pattern: 'literal',
      operation: 'read',
    })
    const state = { ...standing(2), rights: [...adminRights(), right('gone'), right('auditor.example')] }
    const { forbid, allow } = difference(only('{ partitions: 2 }'), state, false)
    expect([forbid.map(told), allow]).toEqual([['gone read topic orders'], []])
  })
})
