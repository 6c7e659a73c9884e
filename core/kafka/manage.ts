import type { AppBundle } from '../base/bundle.ts'
import { InvalidInput, NotFound } from '../base/errors.ts'
import { appStack } from '../base/names.ts'
import type { Entrance, KafkaAnswer, KafkaRequest } from './door.ts'
import { ADMIN } from './rights.ts'

/** For how long the administrator's certificate is valid; it is used for a moment. */
const SECONDS = 3600

export interface ManagePorts {
  /** Name of the stage. */
  stage: string
  stacks: { find(name: string): Promise<{ outputs: Record<string, string> } | undefined> }
  releases: { current(app: string): Promise<{ bundle: string } | undefined> }
  bundles: { read(app: string, digest: string): Promise<{ bundle: Pick<AppBundle, 'manifest'> }> }
  runs: { read(execution: string, name: string): Promise<unknown> }
  /** The brokers of a cluster. */
  brokers(cluster: string): Promise<string>
  /** A new key with a request for this common name. */
  identity(commonName: string): { key: string; request: string }
  certificate(asked: { authority: string; request: string; seconds: number }): Promise<string>
  /** The function `kafka`. */
  door(request: KafkaRequest): Promise<KafkaAnswer>
}

/** The plan of a deployment, or the app whose groups are asked for. */
export interface ManageRequest {
  plan?: { execution: string; name: string }
  app?: string
}

/** What of a plan counts here. */
interface Plan {
  app: string
  bundle: string
  /** Of a kept release, or of the way back: what has grown since stays. */
  back?: boolean
}

/**
 * Sets topics and rights of a plan's app, or reads how far its groups are.
 * @throws {NotFound} for an app without a cluster
 */
export async function manageKafka(ports: ManagePorts, request: ManageRequest): Promise<KafkaAnswer> {
  const plan = request.plan ? await planOf(ports, request.plan) : await standing(ports, request.app)
  const { manifest } = (await ports.bundles.read(plan.app, plan.bundle)).bundle
  const { app, kafka, services } = manifest
  if (!kafka) throw new NotFound(`${app} has no Kafka cluster: its app.yml has no key kafka`)
  const entrance = await enter(ports, app)
  return await ports.door(
    request.plan
      ? { entrance, declared: { app, kafka, services }, back: plan.back ?? false }
      : { entrance, topics: Object.keys(kafka.topics) },
  )
}

const planOf = async ({ runs }: ManagePorts, { execution, name }: { execution: string; name: string }) =>
  (await runs.read(execution, name)) as Plan

async function standing({ releases }: ManagePorts, app: string | undefined): Promise<Plan> {
  if (app === undefined) throw new InvalidInput('input of manage-kafka', 'names neither a plan nor an app')
  const current = await releases.current(app)
  if (!current) throw new NotFound(`${app} is not deployed`)
  return { app, bundle: current.bundle }
}

async function enter(ports: ManagePorts, app: string): Promise<Entrance> {
  const stack = appStack(ports.stage, app)
  const outputs = (await ports.stacks.find(stack))?.outputs ?? {}
  const { KafkaClusterArn: cluster, KafkaAuthorityArn: authority } = outputs
  if (!cluster || !authority)
    throw new NotFound(`stack ${stack} has no Kafka cluster yet; deploy ${app} again`)
  const { key, request } = ports.identity(ADMIN)
  const [brokers, certificate] = await Promise.all([
    ports.brokers(cluster),
    ports.certificate({ authority, request, seconds: SECONDS }),
  ])
  return { brokers, certificate, key }
}
