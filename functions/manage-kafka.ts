import { generateKeyPairSync } from 'node:crypto'
import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { brokersOf } from '../adapters/aws/kafka-clusters.ts'
import { clientCertificate } from '../adapters/aws/private-authority.ts'
import { readAwsAccess } from '../adapters/config.ts'
import { call } from '../adapters/consul/lambda-calls.ts'
import { controlName } from '../core/base/names.ts'
import type { KafkaAnswer, KafkaRequest } from '../core/kafka/door.ts'
import { manageKafka } from '../core/kafka/manage.ts'
import { certificateRequest } from '../core/kafka/request.ts'
import { clock } from './lib/clock.ts'
import { planKey, text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, releases, runs, stacks, stage } from './lib/parts.ts'

/**
 * Brings the topics and rights of an app's Kafka cluster to what the app declares, or asks how far its
 * groups have read. It is outside the private network: it gets a certificate for itself, and lets the
 * function `kafka` do the rest.
 */
export const handler = lambda('manage-kafka', {
  input: z.strictObject({ plan: z.exactOptional(planKey), app: z.exactOptional(text) }),
  parts: () => {
    const access = readAwsAccess()
    const [{ name }, lambdas] = [stage(), clients.lambda()]
    return {
      stage: name,
      stacks: stacks(),
      releases: releases(),
      bundles: bundles(),
      runs: runs(),
      brokers: brokersOf(access),
      certificate: clientCertificate(access, { ...clock, sleep: (ms) => clock.sleep(ms / 1000) }),
      identity: (commonName: string) => {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
        const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
        return { key, request: certificateRequest(privateKey, commonName) }
      },
      door: async (request: KafkaRequest) =>
        (await call(lambdas, controlName(name, 'kafka'), request)) as KafkaAnswer,
    }
  },
  work: manageKafka,
})
