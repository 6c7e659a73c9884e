import type { Manifest } from '../base/manifest-types.ts'
import type { KafkaAdmin, Lag } from './admin.ts'
import { difference } from './difference.ts'

/** How the function `kafka` gets in: a certificate for a few minutes, which it keeps nowhere. */
export interface Entrance {
  brokers: string
  /** PEM. */
  certificate: string
  /** PEM, PKCS #8. */
  key: string
}

/** What the function `kafka` is asked for: to make what an app declares, or how far its topics are read. */
export interface KafkaRequest {
  entrance: Entrance
  declared?: Pick<Manifest, 'app' | 'kafka' | 'services'>
  /** On the way to an earlier release. */
  back?: boolean
  topics?: string[]
}

/** What a deployment changed, or how far groups have read. */
export type KafkaAnswer =
  | { created: string[]; grown: string[]; allowed: number; forbidden: number }
  | { brokers: number; topics: { topic: string; partitions: number; replication: number }[]; lag: Lag[] }

/** Carries out a request at a cluster. */
export async function answerKafka(admin: KafkaAdmin, request: KafkaRequest): Promise<KafkaAnswer> {
  const state = await admin.state()
  const { declared, back = false, topics: asked = [] } = request
  if (!declared) {
    const known = asked.filter((topic) => state.topics[topic])
    const topics = known.map((topic) => ({ topic, partitions: 0, replication: 0, ...state.topics[topic] }))
    return { brokers: state.brokers, topics, lag: await admin.lag(known) }
  }
  const change = difference(declared, state, back)
  await admin.change(change)
  return {
    created: Object.keys(change.create),
    grown: Object.keys(change.grow),
    allowed: change.allow.length,
    forbidden: change.forbid.length,
  }
}
