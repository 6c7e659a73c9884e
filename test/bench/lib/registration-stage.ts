import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { PutParameterCommand } from '@aws-sdk/client-ssm'
import { stackOutputs } from '../../../adapters/aws/stack-outputs.ts'
import { ConsulHttp } from '../../../adapters/consul/http.ts'
import { ConsulRequests } from '../../../adapters/consul/requests.ts'
import { type Context, openContext } from '../../../cli/context.ts'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { controlStack, definitionParameter } from '../../../core/base/names.ts'
import { freePort } from '../../../local/ports.ts'
import type { LocalRecord } from '../../../local/record.ts'
import type { LocalSettings } from '../../../local/settings.ts'
import { reset, up } from '../../../local/supervisor.ts'
import { deployControlPlane } from '../../../scripts/demo/control-plane.ts'
import { askServer, fixedAccess, liveAccess } from '../../live/consul-api.ts'
import { consulServers } from '../../live/names.ts'
import { pushOwn } from '../../live/source.ts'
import { regionOf } from '../../live/stage.ts'
import { runToEnd } from '../../live/workflows.ts'
import { RecordFleet } from './record-fleet.ts'
import { benchSettings } from './region.ts'
import { progress } from './report.ts'

/** The name of the service and of its app. */
export const SERVICE = 'bench'

/** What the three ways to register have in common. */
export interface RegistrationStage {
  context: Context
  region: LocalRecord
  fleet: RecordFleet
  servers: ConsulServer[]
  /** A server that is not the leader, as most clients ask such a one: its DNS is watched. */
  resolver: ConsulServer
  /** Direct access to the servers with the token of the function `consul`. */
  catalog: ConsulHttp
  /** The parameter's content, in the spelling of Consul's API. */
  definition: { Name: string; Port: number; Checks: Record<string, unknown>[] }
  stop(): Promise<void>
}

/** A region with control plane and platform, and a service whose instances all answer at once. */
export async function startRegistrationStage(): Promise<RegistrationStage> {
  const settings = quiet(benchSettings())
  await reset(settings)
  let answers: Worker | undefined
  const stop = async (): Promise<void> => {
    await answers?.terminate()
    await reset(settings)
  }
  try {
    await up(settings)
    progress.note('control plane')
    await deployControlPlane(settings)
    const context = await openContext({ stage: 'local' }, process.env, settings)
    progress.note('platform')
    await pushOwn(context, 'platform')
    await runToEnd(context, 'deploy', { app: 'platform' }, 300)
    const port = await freePort(18080)
    answers = new Worker(new URL('health-answers.ts', import.meta.url), { workerData: { port } })
    await once(answers, 'message')
    const check = { HTTP: `http://HEALTHROUTE:${port}/`, Interval: '10s', Timeout: '1s' }
    const definition = { Name: SERVICE, Port: port, Checks: [check] }
    const parameter = definitionParameter(context.stage, SERVICE, SERVICE)
    await context
      .ssm()
      .send(new PutParameterCommand({ Name: parameter, Type: 'String', Value: JSON.stringify(definition) }))
    const region = regionOf(context)
    const subnet = await privateSubnet(context)
    const servers = await consulServers(context)
    const access = await liveAccess(context)
    return {
      context,
      region,
      fleet: new RecordFleet(context, region, subnet, parameter),
      servers,
      resolver: await follower(servers, access),
      catalog: new ConsulHttp(new ConsulRequests(fixedAccess(access))),
      definition,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * Without the emulator's own overhead: saving thousands of records every 4 s, and ending functions that are
 * idle for 20 s, which AWS keeps for minutes.
 */
const quiet = (settings: LocalSettings): LocalSettings => ({
  ...settings,
  environment: {
    ...settings.environment,
    NANOFLEET_SAVE_SECONDS: '3600',
    NANOFLEET_WORKER_IDLE_SECONDS: '600',
  },
})

async function privateSubnet(context: Context): Promise<string> {
  const outputs = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  const [subnet] = (outputs.PrivateSubnets ?? '').split(',')
  if (!subnet) throw new ServiceFailure('the control plane has no private subnet')
  return subnet
}

async function follower(
  servers: ConsulServer[],
  access: Parameters<typeof askServer>[2],
): Promise<ConsulServer> {
  const leader = await askServer(servers[0]?.address ?? '', '/v1/status/leader', access)
  const found = servers.find(({ address }) => !leader.text.includes(`${address}:`))
  if (!found) throw new ServiceFailure('every Consul server is the leader')
  return found
}
