/** A topic as Kafka has it. */
export interface Topic {
  partitions: number
  replication: number
}

/** What a principal may do: an ACL of Kafka that allows from any address. */
export interface Right {
  principal: string
  kind: 'topic' | 'group' | 'cluster' | 'transactional-id'
  name: string
  pattern: 'literal' | 'prefixed'
  operation: 'all' | 'read' | 'write'
}

/** What a cluster is now. */
export interface ClusterState {
  brokers: number
  topics: Record<string, Topic>
  /** Those of the forms that we write; others are left alone. */
  rights: Right[]
}

/** What to do to a cluster, in this order. */
export interface ClusterChange {
  allow: Right[]
  create: Record<string, NewTopic>
  grow: Record<string, number>
  configure: Record<string, Record<string, string>>
  forbid: Right[]
}

export interface NewTopic {
  partitions: number
  /** Absent for the cluster's default. */
  replication?: number
  config: Record<string, string>
}

/** How far a group has read one topic. */
export interface Lag {
  group: string
  topic: string
  partitions: number
  /** Records that the group has not read yet; of a partition that it has not begun, all that there are. */
  lag: number
}

/** A cluster, as its administrator sees it. */
export interface KafkaAdmin {
  /** @throws {ServiceRefusal} if the cluster lets nobody in */
  state(): Promise<ClusterState>
  change(change: ClusterChange): Promise<void>
  lag(topics: readonly string[]): Promise<Lag[]>
}
