import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { brokersOf } from '../../adapters/aws/kafka-clusters.ts'
import { clientCertificate } from '../../adapters/aws/private-authority.ts'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import type { Context } from '../../cli/context.ts'
import { appStack } from '../../core/base/names.ts'
import { certificateRequest } from '../../core/kafka/request.ts'
import { checkTools } from '../../scripts/lib/places.mjs'
import { liveSettings } from './settings.ts'
import { clientSettings } from './stage.ts'

interface Answer {
  kept?: string[]
  errors?: string[]
  values?: string[]
  error?: string
  topics?: Record<string, number>
  records?: KafkaRecord[]
  /** How many copies of partitions are not up to date. */
  behind?: number
}

export interface KafkaRecord {
  partition: number
  offset: number
  key: string
  value: string
  headers: Record<string, string>
}

/**
 * What librdkafka needs to be a client with a certificate for `name`, which the region's authority issues.
 * @param state the region's folder
 */
export async function kafkaSettings(
  context: Context,
  app: string,
  name: string,
  state: string = liveSettings().state,
): Promise<Record<string, string>> {
  const { endpoint, region, credentials } = clientSettings(context)
  const access = { region, endpoint: () => endpoint, credentials }
  const outputs = await stackOutputs(context.cloudFormation(), appStack(context.stage, app))
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const clock = { now: () => new Date(), sleep: async () => {} }
  const asked = {
    authority: outputs.KafkaAuthorityArn ?? '',
    request: certificateRequest(privateKey, name),
    seconds: 3600,
  }
  const certificate = await clientCertificate(access, clock)(asked)
  const folder = join(state, 'kafka-clients')
  await mkdir(folder, { recursive: true })
  const file = async (kind: string, content: string) => {
    const path = join(folder, `${name}.${kind}`)
    await writeFile(path, content)
    return path
  }
  return {
    'bootstrap.servers': await brokersOf(access)(outputs.KafkaClusterArn ?? ''),
    'security.protocol': 'SSL',
    'ssl.ca.location': join(state, 'kafka/trusted.pem'),
    'ssl.certificate.location': await file('pem', certificate),
    'ssl.key.location': await file('key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
  }
}

/** A client of librdkafka with such a certificate. */
export async function kafkaClient(context: Context, app: string, name: string, state?: string) {
  const settings = await kafkaSettings(context, app, name, state)
  return async (command: object): Promise<Answer> => {
    const program = join(import.meta.dirname, 'kafka_client.py')
    const child = spawn(join(checkTools, 'bin/python'), [program], { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin.end(JSON.stringify({ settings, ...command }))
    return JSON.parse(await text(child.stdout)) as Answer
  }
}
