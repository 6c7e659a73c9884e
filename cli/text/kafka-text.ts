import type { KafkaAnswer } from '../../core/kafka/door.ts'
import { table } from '../../local/table.ts'

/** What the function tells of a cluster. */
export type KafkaView = Extract<KafkaAnswer, { lag: unknown }>

/** The topics of a cluster, and how far each group has read them. */
export function kafkaText({ brokers, topics, lag }: KafkaView): string {
  const head = `${brokers} ${brokers === 1 ? 'broker' : 'brokers'}`
  const rows = topics.map(({ topic, partitions, replication }) => [
    topic,
    String(partitions),
    String(replication),
  ])
  const groups = lag.map((each) => [each.group, each.topic, String(each.lag)])
  return [
    head,
    table([['topic', 'partitions', 'copies'], ...rows]),
    ...(groups.length > 0
      ? ['', table([['group', 'topic', 'lag'], ...groups])]
      : ['', 'No group has read yet.']),
  ].join('\n')
}
