import { DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling'
import { Ec2Instances } from '../../adapters/aws/ec2-instances.ts'
import type { Execution } from '../../adapters/aws/executions.ts'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import type { Context } from '../../cli/context.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { controlStack, serviceStack } from '../../core/base/names.ts'
import { waves } from '../../core/manifest/waves.ts'
import { runningServers } from '../../core/registration/evidence.ts'
import { table } from '../../local/table.ts'
import { liveAccess } from '../live/consul-api.ts'
import { pushChanged, pushOwn } from '../live/source.ts'
import { runToEnd } from '../live/workflows.ts'
import { births } from './lib/births.ts'
import { criticalPath } from './lib/critical-path.ts'
import { onFreshStage } from './lib/region.ts'
import { bench, progress, type Report, seconds } from './lib/report.ts'
import { type Span, spans } from './lib/spans.ts'
import { consulName, NEEDS, TWELVE, writeTwelve } from './lib/twelve.ts'

/**
 * How many times longer the waves may take than just the instances of the longest chain of services that need
 * each other.
 */
const TARGET = 1.3

interface Wave {
  services: string[]
  milliseconds: number
  /** The last service to become healthy; the wave's times are its own, in milliseconds. */
  slowest: string
  /** Until its run began. */
  waiting: number
  /** Until its group began to launch. */
  start: number
  /** Until it was healthy in Consul. */
  instance: number
  /** Until the wave was over. */
  overhead: number
}

/** Deploys twelve services in four waves from built images, and compares the waves with the critical path. */
async function measure(): Promise<Report> {
  return onFreshStage(async (context) => {
    progress.note('platform')
    await pushOwn(context, 'platform')
    await runToEnd(context, 'deploy', { app: 'platform' }, 300)
    progress.note('images of twelve services')
    await pushChanged(context, TWELVE, writeTwelve)
    await runToEnd(context, 'build', { app: TWELVE }, 300)
    progress.note('deployment of twelve services')
    const born = births(
      await consulServer(context),
      await liveAccess(context),
      Object.keys(NEEDS).map(consulName),
    )
    const run = await runToEnd(context, 'deploy', { app: TWELVE }, 300)
    const stages = await stagesOf(context, run, await born)
    const visits = spans(await context.workflows().history(run.arn), 'Wave')
    return report(run, wavesOf(visits, stages), stages)
  })
}

async function consulServer(context: Context): Promise<string> {
  const { VpcId = '' } = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  const [server] = runningServers((await new Ec2Instances(context.ec2(), VpcId).look([])).servers)
  if (!server) throw new ServiceFailure('no Consul server is running')
  return server.address
}

/**
 * When a service's run began, when its group began to launch, and when it was first healthy in Consul; in ms
 * since 1970.
 */
interface Stages {
  begun: number
  launched: number
  healthy: number
}

async function stagesOf(
  context: Context,
  { name }: Execution,
  born: Map<string, number>,
): Promise<Record<string, Stages>> {
  const runs = await context.workflows().latest('service', 50)
  const timed = Object.keys(NEEDS).map(async (service) => {
    const own = runs.find((each) => each.name === `${name}-${service}`)
    const AutoScalingGroupName = serviceStack(context.stage, TWELVE, service)
    const { Activities = [] } = await context
      .autoScaling()
      .send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName }))
    const launched = Math.min(...Activities.map(({ StartTime }) => Number(StartTime)))
    const healthy = born.get(consulName(service)) ?? Number.NaN
    return [service, { begun: Number(own?.startedAt), launched, healthy }] as const
  })
  return Object.fromEntries(await Promise.all(timed))
}

const durations = (stages: Record<string, Stages>, from: 'begun' | 'launched'): Record<string, number> =>
  Object.fromEntries(Object.entries(stages).map(([service, at]) => [service, at.healthy - at[from]]))

/** Each wave with the last service to become healthy. */
function wavesOf(visits: Span[], stages: Record<string, Stages>): Wave[] {
  const manifest = Object.fromEntries(Object.entries(NEEDS).map(([name, needs]) => [name, { needs }]))
  return waves({ services: manifest }).map((services, index) => {
    const { from, to } = visits[index] ?? { from: Number.NaN, to: Number.NaN }
    const timed = services.map((service) => ({ service, at: stages[service] ?? none }))
    const last = timed.reduce((one, other) => (other.at.healthy > one.at.healthy ? other : one))
    return {
      services,
      milliseconds: to - from,
      slowest: last.service,
      waiting: last.at.begun - from,
      start: last.at.launched - last.at.begun,
      instance: last.at.healthy - last.at.launched,
      overhead: to - last.at.healthy,
    }
  })
}
const none: Stages = { begun: Number.NaN, launched: Number.NaN, healthy: Number.NaN }

function report(run: Execution, found: Wave[], stages: Record<string, Stages>): Report {
  const total = found.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  const [path, instances] = [
    criticalPath(NEEDS, durations(stages, 'begun')),
    criticalPath(NEEDS, durations(stages, 'launched')),
  ]
  const ratio = total / path.milliseconds
  const ofInstances = total / instances.milliseconds
  const whole = Number(run.endedAt) - Number(run.startedAt)
  return {
    data: {
      waves: found,
      criticalPath: path,
      criticalPathOfInstances: instances,
      wavesMilliseconds: total,
      ratio,
      ratioOfInstances: ofInstances,
      targetRatio: TARGET,
      deployMilliseconds: whole,
    },
    text: [
      table([
        ['wave', 'services', 'time', 'slowest service', 'waiting', 'start', 'instance', 'overhead'],
        ...found.map(({ services, milliseconds, slowest, waiting, start, instance, overhead }, index) => [
          `${index + 1}`,
          `${services.length}`,
          seconds(milliseconds),
          slowest,
          ...[waiting, start, instance, overhead].map(seconds),
        ]),
      ]),
      `waves ${seconds(total)}; the whole deployment ${seconds(whole)}`,
      `critical path ${seconds(path.milliseconds)}, ratio ${ratio.toFixed(2)}: ${path.services.join(' → ')}`,
      `of the instances alone ${seconds(instances.milliseconds)}, ratio ${ofInstances.toFixed(2)}: ${instances.services.join(' → ')}`,
      `${ofInstances <= TARGET ? 'within' : 'over'} the target of ${TARGET}`,
    ].join('\n\n'),
    withinTarget: ofInstances <= TARGET,
  }
}

await bench(measure)
