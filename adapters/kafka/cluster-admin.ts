import {
  AclOperations,
  type AclOperationValue,
  AclPermissionTypes,
  Admin,
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
  ListOffsetTimestamps,
  ResourcePatternTypes,
  ResourceTypes,
  type ResourceTypeValue,
} from '@platformatic/kafka'
import { ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import type { ClusterChange, ClusterState, KafkaAdmin, Lag, Right } from '../../core/kafka/admin.ts'
import type { Entrance } from '../../core/kafka/door.ts'

const KINDS: Record<Right['kind'], ResourceTypeValue> = {
  topic: ResourceTypes.TOPIC,
  group: ResourceTypes.GROUP,
  cluster: ResourceTypes.CLUSTER,
  'transactional-id': ResourceTypes.TRANSACTIONAL_ID,
}
const PATTERNS = { literal: ResourcePatternTypes.LITERAL, prefixed: ResourcePatternTypes.PREFIXED } as const
const OPERATIONS: Record<Right['operation'], AclOperationValue> = {
  all: AclOperations.ALL,
  read: AclOperations.READ,
  write: AclOperations.WRITE,
}
const ANYWHERE = '*'
const EVERYTHING = {
  resourceType: ResourceTypes.ANY,
  resourceName: null,
  resourcePatternType: ResourcePatternTypes.ANY,
  principal: null,
  host: null,
  operation: AclOperations.ANY,
  permissionType: AclPermissionTypes.ANY,
}
const CALL_MS = 10_000

/**
 * A cluster through Kafka's own protocol; each call opens its connections, and closes them.
 * @throws {ServiceRefusal} if the cluster lets nobody in, {ServiceFailure} if no broker answers
 */
export class ClusterAdmin implements KafkaAdmin {
  readonly #entrance: Entrance

  constructor(entrance: Entrance) {
    this.#entrance = entrance
  }

  async state(): Promise<ClusterState> {
    return await this.#with(async (admin) => {
      const names = await admin.listTopics()
      // Without names it asks for none; the brokers come all the same.
      const { brokers, topics } = await admin.metadata({ topics: names })
      const rights = await admin.describeAcls({ filter: EVERYTHING })
      return {
        brokers: brokers.size,
        topics: Object.fromEntries(
          [...topics].map(([name, { partitions }]) => [
            name,
            { partitions: partitions.length, replication: partitions[0]?.replicas.length ?? 0 },
          ]),
        ),
        rights: rights.flatMap(({ acls, ...target }) =>
          acls.flatMap((acl) => rightOf({ ...target, ...acl })),
        ),
      }
    })
  }

  /** Rights first: a topic that nobody has rights to yet is closed to all from its first moment. */
  async change({ allow, create, grow, configure, forbid }: ClusterChange): Promise<void> {
    await this.#with(async (admin) => {
      if (allow.length > 0) await admin.createAcls({ creations: allow.map(aclOf) })
      for (const [topic, { partitions, replication, config }] of Object.entries(create)) {
        const configs = Object.entries(config).map(([name, value]) => ({ name, value }))
        await admin.createTopics({ topics: [{ topic, partitions, replicas: replication ?? -1 }], configs })
      }
      const more = Object.entries(grow).map(([name, count]) => ({ name, count }))
      if (more.length > 0) await admin.createPartitions({ topics: more })
      const resources = Object.entries(configure).map(([resourceName, config]) => ({
        resourceType: ConfigResourceTypes.TOPIC,
        resourceName,
        configs: Object.entries(config).map(([name, value]) => ({
          name,
          value,
          configOperation: IncrementalAlterConfigOperationTypes.SET,
        })),
      }))
      if (resources.length > 0) await admin.incrementalAlterConfigs({ resources })
      if (forbid.length > 0) await admin.deleteAcls({ filters: forbid.map(aclOf) })
    })
  }

  async lag(topics: readonly string[]): Promise<Lag[]> {
    if (topics.length === 0) return []
    return await this.#with(async (admin) => {
      const groups = [...(await admin.listGroups()).keys()]
      const { topics: known } = await admin.metadata({ topics: [...topics] })
      const asked = (timestamp: bigint) =>
        admin.listOffsets({
          topics: [...known].map(([name, { partitions }]) => ({
            name,
            partitions: partitions.map((_, partitionIndex) => ({ partitionIndex, timestamp })),
          })),
        })
      const [first, last] = await Promise.all([
        asked(ListOffsetTimestamps.EARLIEST),
        asked(ListOffsetTimestamps.LATEST),
      ])
      const read = groups.length > 0 ? await admin.listConsumerGroupOffsets({ groups }) : []
      return read.flatMap(({ groupId, topics: offsets }) =>
        offsets
          .filter(({ name }) => topics.includes(name))
          .map(({ name, partitions }) => ({
            group: groupId,
            topic: name,
            partitions: partitions.length,
            lag: unread(offsetsOf(first, name), offsetsOf(last, name), committed(partitions)),
          })),
      )
    })
  }

  async #with<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const { brokers, certificate, key } = this.#entrance
    const admin = new Admin({
      clientId: 'nanofleet',
      bootstrapBrokers: brokers.split(','),
      tls: { cert: certificate, key },
      retries: 2,
      timeout: CALL_MS,
      connectTimeout: CALL_MS,
      autocreateTopics: false,
    })
    try {
      return await work(admin)
    } catch (error) {
      throw failure(error)
    } finally {
      await admin.close().catch(() => undefined)
    }
  }
}

const aclOf = ({ principal, kind, name, pattern, operation }: Right) => ({
  resourceType: KINDS[kind],
  resourceName: name,
  resourcePatternType: PATTERNS[pattern],
  principal,
  host: ANYWHERE,
  operation: OPERATIONS[operation],
  permissionType: AclPermissionTypes.ALLOW,
})

type Found = ReturnType<typeof aclOf>

function rightOf(acl: { [K in keyof Found]: Found[K] | number | string }): Right[] {
  const keyOf = <T extends string>(table: Record<T, unknown>, value: unknown) =>
    (Object.keys(table) as T[]).find((key) => table[key] === value)
  const kind = keyOf(KINDS, acl.resourceType)
  const pattern = keyOf(PATTERNS, acl.resourcePatternType)
  const operation = keyOf(OPERATIONS, acl.operation)
  const ours = acl.host === ANYWHERE && acl.permissionType === AclPermissionTypes.ALLOW
  if (!ours || !kind || !pattern || !operation) return []
  return [{ principal: String(acl.principal), kind, name: String(acl.resourceName), pattern, operation }]
}

type Listed = Awaited<ReturnType<Admin['listOffsets']>>

const offsetsOf = (listed: Listed, topic: string): Map<number, bigint> =>
  new Map(
    listed
      .filter(({ name }) => name === topic)
      .flatMap(({ partitions }) => partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset])),
  )

const committed = (partitions: { partitionIndex: number; committedOffset: bigint }[]): Map<number, bigint> =>
  new Map(partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]))

/** Of all partitions: those that the group has committed nothing of count from their first record. */
function unread(first: Map<number, bigint>, last: Map<number, bigint>, read: Map<number, bigint>): number {
  let sum = 0n
  for (const [partition, end] of last) {
    const begin = first.get(partition) ?? 0n
    const at = read.get(partition) ?? -1n
    sum += end - (at < begin ? begin : at)
  }
  return Number(sum)
}

const CLOSED = /authoriz|CLUSTER_AUTHORIZATION|TOPIC_AUTHORIZATION|certificate|handshake|ssl/i

function failure(error: unknown): Error {
  const text = [...sentences(error)].join(': ')
  if (/CLUSTER_AUTHORIZATION|Cluster authorization failed/i.test(text))
    return new ServiceRefusal(
      'the Kafka cluster lets nobody set rights: its configuration had allow.everyone.if.no.acl.found=false' +
        ' before there were any; set it to true, deploy, and set it to false afterwards',
      { cause: error },
    )
  const Failure = CLOSED.test(text) ? ServiceRefusal : ServiceFailure
  return new Failure(`Kafka does not do what it was asked for: ${text}`, { cause: error })
}

/** The library wraps the answer of a broker in errors of its own. */
function* sentences(error: unknown, depth = 0): Generator<string> {
  if (!(error instanceof Error) || depth > 4) return
  yield [error.message, (error as { apiId?: string }).apiId].filter(Boolean).join(' ')
  for (const inner of (error as Partial<AggregateError>).errors ?? []) yield* sentences(inner, depth + 1)
  yield* sentences(error.cause, depth + 1)
}
