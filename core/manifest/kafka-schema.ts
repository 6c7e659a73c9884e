import * as z from 'zod'

/** "Topic Configs" of Kafka's documentation, without those of tiered storage. */
export const TOPIC_CONFIGS = [
  'cleanup.policy',
  'compression.type',
  'delete.retention.ms',
  'file.delete.delay.ms',
  'flush.messages',
  'flush.ms',
  'index.interval.bytes',
  'max.compaction.lag.ms',
  'max.message.bytes',
  'message.timestamp.after.max.ms',
  'message.timestamp.before.max.ms',
  'message.timestamp.type',
  'min.cleanable.dirty.ratio',
  'min.compaction.lag.ms',
  'min.insync.replicas',
  'preallocate',
  'retention.bytes',
  'retention.ms',
  'segment.bytes',
  'segment.index.bytes',
  'segment.jitter.ms',
  'segment.ms',
  'unclean.leader.election.enable',
] as const

/** Kafka's own rule (`Topic.validate`) without `_`, so that no two names differ in `.` and `_` only. */
const topicName = z
  .string()
  .max(249, 'is longer than the 249 characters of a topic')
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9.-]*$/, 'is not a topic: letters, digits, dots and dashes')

const whole = (most: number) =>
  z.int('is not a whole number').min(1, 'is below 1').max(most, `is above ${most}`)

const topic = z.strictObject({
  partitions: whole(1000).describe('Kafka adds partitions and takes none away'),
  replication: whole(15)
    .optional()
    .describe("Copies of each partition, at most one a broker; the cluster's default when absent"),
  config: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .default({})
    .describe("Kafka's settings of the topic, such as retention.ms"),
})

/** The key `kafka` of an app. */
export const kafkaSchema = z.strictObject({
  cluster: z
    .string()
    .regex(/^[A-Za-z0-9]+$/, 'is not a logical id')
    .describe('Logical id of the AWS::MSK::Cluster in the resources'),
  topics: z.record(topicName, topic).describe('Topics of the app; each is made before a service starts'),
})

/** The key `kafka` of a service. */
export const serviceKafkaSchema = z.strictObject({
  read: z.array(topicName).default([]).describe('Topics that it reads, as the group of its own name'),
  write: z.array(topicName).default([]).describe('Topics that it writes'),
})
