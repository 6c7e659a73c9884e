import { NotFound } from '../base/errors.ts'
import { appStack } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import { appTemplate } from '../template/app.ts'
import { bringStack, type StackStep, standingStack, type WantedStack } from '../template/bring-stack.ts'
import { withStaying } from '../template/fragments.ts'
import { KAFKA_OUTPUTS } from '../template/kafka-cluster.ts'
import type { App } from '../template/parsed-app.ts'
import { serviceTemplate } from '../template/service.ts'
import { withSetAside } from '../template/set-aside.ts'
import { stackPolicy } from '../template/stack-policy.ts'
import type { Stacks } from '../template/stacks.ts'
import { wantedAppStack, wantedServiceStack, withLeavingGroups } from '../template/wanted-stacks.ts'
import type { PlanKey } from './deploy-order.ts'
import type { DeployPlan } from './deploy-plan.ts'
import { platformOutputs } from './plan-facts.ts'

/** One stack of a plan: that of a service, or the app's own one. */
export interface StackRequest {
  plan: PlanKey
  service?: string
  /**
   * The app's own stack: `set-aside` leaves out the tables that restored ones replace and nothing else,
   * `transition` keeps the groups of services that are still to be removed.
   */
  step?: 'set-aside' | 'transition' | 'final'
}

export interface ApplyPorts {
  stage: Stage
  stacks: Stacks
  bundles: { read(app: string, digest: string): Promise<App> }
  /** Where plans are stored. */
  runs: { read(execution: string, name: string): Promise<unknown> }
  /** Addresses of a Kafka cluster's brokers. */
  brokers(cluster: string): Promise<string>
}

/**
 * Starts bringing one stack of a plan to its template, with the current outputs of the stacks before it.
 * @throws {NotFound} when one of those is missing
 */
export async function applyPlannedStack(ports: ApplyPorts, request: StackRequest): Promise<StackStep> {
  const { stage, stacks, bundles, runs } = ports
  const plan = (await runs.read(request.plan.execution, request.plan.name)) as DeployPlan
  if (request.step === 'set-aside') return await setAside(ports, plan)
  const app = await bundles.read(plan.app, plan.bundle)
  // Those of the platform itself are the same as its app's, so they do no harm there.
  const platform = await platformOutputs(stage, stacks)
  if (request.service === undefined) {
    const wanted = wantedAppStack(stage, plan.app, appTemplate(app, stage), platform)
    const leaving = request.step === 'final' ? [] : plan.removed
    if (leaving.length + plan.stays.length === 0) return await bringStack(stacks, guarded(wanted, plan))
    const standing = await standingStack(stacks, await stacks.find(wanted.name))
    const grouped = withLeavingGroups(wanted, standing, leaving, { stage, platform })
    return await bringStack(stacks, guarded(withStaying(grouped, standing, plan.stays), plan))
  }
  const { service } = request
  const planned = plan.services[service]
  if (!planned) throw new NotFound(`${plan.app}: the plan has no service ${service}`)
  const outputs = (await stacks.find(appStack(stage.name, plan.app)))?.outputs
  const { imageId } = planned
  const { release } = plan
  const template = serviceTemplate({ bundle: app.bundle, service, stage })
  const cluster = outputs?.[KAFKA_OUTPUTS.cluster]
  const uses = app.bundle.manifest.services[service]?.kafka !== undefined
  const kafkaBrokers = cluster !== undefined && uses ? await ports.brokers(cluster) : undefined
  const sources = { platform, app: outputs, imageId, kafkaBrokers, release }
  return await bringStack(stacks, wantedServiceStack(stage, { app: plan.app, service }, template, sources))
}

/** Takes tables out of the app's stack; their policy lets them stay, and they are on record. */
async function setAside({ stage, stacks }: ApplyPorts, plan: DeployPlan): Promise<StackStep> {
  const name = appStack(stage.name, plan.app)
  const done: StackStep = { stack: name, next: 'go-on', until: 'ready', checks: 0, seconds: 0 }
  const view = await stacks.find(name)
  const standing = await standingStack(stacks, view)
  const aside = plan.losses.filter(({ fate }) => fate === 'set aside')
  if (!view || !standing || aside.every((each) => !(each.name in standing.template.Resources))) return done
  const { parameters } = standing
  const template = withSetAside(standing.template, aside)
  return await bringStack(stacks, guarded({ name, template, parameters, tags: view.tags }, plan))
}

/** CloudFormation itself refuses to take data away, but for what a person named. */
const guarded = (wanted: WantedStack, { losses }: DeployPlan): WantedStack => ({
  ...wanted,
  policy: stackPolicy(),
  ...(losses.length > 0 && { policyNow: stackPolicy(losses.map(({ name }) => name)) }),
})
