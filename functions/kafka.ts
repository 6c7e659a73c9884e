import * as z from 'zod'
import { ClusterAdmin } from '../adapters/kafka/cluster-admin.ts'
import { answerKafka, type Entrance, type KafkaAnswer, type KafkaRequest } from '../core/kafka/door.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'

const entrance = z.strictObject({ brokers: text, certificate: text, key: text })
/** Parts of a manifest, which was checked when it was pushed. */
const declared = z.custom<NonNullable<KafkaRequest['declared']>>(
  (value) => value !== null && typeof value === 'object',
)

/**
 * The door to the Kafka clusters of apps, inside the private network: makes topics, sets who may use them,
 * reads how far groups are. It has no rights in AWS; the certificate that lets it in comes with each call.
 */
export const handler = lambda('kafka', {
  input: z.strictObject({
    entrance,
    declared: z.exactOptional(declared),
    back: z.exactOptional(z.boolean()),
    topics: z.exactOptional(z.array(text)),
  }),
  parts: () => ({ admin: (entrance: Entrance) => new ClusterAdmin(entrance) }),
  work: async ({ admin }, request) => await answerKafka(admin(request.entrance), request),
  told: (answer: KafkaAnswer) => ('lag' in answer ? undefined : answer),
})
