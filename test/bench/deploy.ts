import { DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling'
import { Ec2Instances } from '../../adapters/ec2-instances.ts'
import type { Execution } from '../../adapters/executions.ts'
import { stackOutputs } from '../../adapters/stack-outputs.ts'
import type { Context } from '../../cli/context.ts'
import { ServiceFailure } from '../../core/errors.ts'
import { runningServers } from '../../core/evidence.ts'
import { controlStack, serviceStack } from '../../core/names.ts'
import { waves } from '../../core/waves.ts'
import { table } from '../../local/table.ts'
import { liveAccess } from '../support/consul-api.ts'
import { pushChanged, pushOwn } from '../support/live-source.ts'
import { runToEnd } from '../support/live-workflows.ts'
import { births } from './lib/births.ts'
import { type Chain, criticalPath } from './lib/critical-path.ts'
import { onFreshStage } from './lib/region.ts'
import { bench, progress, type Report, seconds } from './lib/report.ts'
import { duration, type Span, spans } from './lib/spans.ts'
import { consulName, NEEDS, TWELVE, writeTwelve } from './lib/twelve.ts'

/** How much longer the waves may take than the longest chain of services that need each other. */
const TARGET = 1.3

interface Wave {
  services: string[]
  milliseconds: number
  /** The service whose own time is the longest. */
  slowest: Chain
}

/** Deploys twelve services in four waves from built images, and holds their waves against the critical path. */
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
    const times = await ownTimes(context, await born)
    const visits = spans(await context.workflows().history(run.arn), 'Wave')
    return report(run, wavesOf(visits, times), criticalPath(NEEDS, times))
  })
}

async function consulServer(context: Context): Promise<string> {
  const { VpcId = '' } = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  const [server] = runningServers((await new Ec2Instances(context.ec2(), VpcId).look([])).servers)
  if (!server) throw new ServiceFailure('no Consul server runs')
  return server.address
}

/** Milliseconds of each service from the moment when its group begins to launch an instance until Consul calls it healthy. */
async function ownTimes(context: Context, born: Map<string, number>): Promise<Record<string, number>> {
  const timed = Object.keys(NEEDS).map(async (service) => {
    const AutoScalingGroupName = serviceStack(context.stage, TWELVE, service)
    const { Activities = [] } = await context
      .autoScaling()
      .send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName }))
    const begun = Activities.map(({ StartTime }) => Number(StartTime))
    return [service, (born.get(consulName(service)) ?? Number.NaN) - Math.min(...begun)] as const
  })
  return Object.fromEntries(await Promise.all(timed))
}

const wavesOf = (visits: Span[], times: Record<string, number>): Wave[] =>
  waves({
    services: Object.fromEntries(Object.entries(NEEDS).map(([name, needs]) => [name, { needs }])),
  }).map((services, index) => ({
    services,
    milliseconds: duration(visits[index] ?? { from: 0, to: 0 }),
    slowest: criticalPath(Object.fromEntries(services.map((service) => [service, []])), times),
  }))

function report(run: Execution, found: Wave[], path: Chain): Report {
  const total = found.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  const ratio = total / path.milliseconds
  const whole = Number(run.endedAt) - Number(run.startedAt)
  return {
    data: {
      waves: found,
      criticalPath: path,
      wavesMilliseconds: total,
      ratio,
      targetRatio: TARGET,
      deployMilliseconds: whole,
    },
    text: [
      table([
        ['wave', 'services', 'time', 'slowest service', 'its own time', 'overhead'],
        ...found.map(({ services, milliseconds, slowest }, index) => [
          `${index + 1}`,
          `${services.length}`,
          seconds(milliseconds),
          slowest.services.join(),
          seconds(slowest.milliseconds),
          seconds(milliseconds - slowest.milliseconds),
        ]),
      ]),
      `critical path ${seconds(path.milliseconds)}: ${path.services.join(' → ')}`,
      `waves ${seconds(total)}, ${ratio.toFixed(2)} times the critical path; the whole deployment ${seconds(whole)}`,
      `${ratio <= TARGET ? 'within' : 'over'} the target of ${TARGET}`,
    ].join('\n\n'),
    withinTarget: ratio <= TARGET,
  }
}

await bench(measure)
