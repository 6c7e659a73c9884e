import { Resolver } from 'node:dns/promises'
import type { Context } from '../../cli/context.ts'
import { duration } from '../../cli/output.ts'
import { startWorkflow } from '../../cli/start.ts'
import { appStatus, showStatus } from '../../cli/status.ts'
import { NotFound, ServiceFailure } from '../../core/errors.ts'
import { serviceInstances } from './local-instances.ts'
import { askInTurn, Traffic } from './requests.ts'
import type { Story } from './story.ts'
import { until } from './wait.ts'

/** Shows that requests go to all instances in turn, and that Consul's DNS names the same ones. */
export async function requests(context: Context, app: string, story: Story): Promise<void> {
  const url = await urlOf(context, app)
  const answers = await askInTurn(url, 4)
  for (const { instance, zone, image } of answers) story.say(`    ${url}  ${instance}  ${zone}  ${image}`)
  story.say(`    ${app}.service.consul is ${(await addresses(context, app)).join(', ')}`)
  if (new Set(answers.map(({ instance }) => instance)).size < 2)
    throw new ServiceFailure('one instance answered every request; the load balancer should ask them in turn')
}

/** Kills the process of one instance without warning and waits until the service is whole again. */
export async function killOne(context: Context, app: string, story: Story): Promise<void> {
  const endpoint = regionOf(context)
  const url = await urlOf(context, app)
  const before = await serviceInstances(endpoint, app, app)
  const victim = before[0]
  if (!victim?.pid) throw new NotFound(`${app} has no running instance to kill`)
  const traffic = new Traffic(url)
  const killed = Date.now()
  process.kill(victim.pid, 'SIGKILL')
  story.say(`    killed the process of ${victim.instanceId}`)
  await until(`a new instance of ${app} in DNS`, 60, async () => {
    const [row] = await appStatus(context, app)
    const named = await addresses(context, app)
    const whole = row && row.healthy === before.length && !named.includes(victim.privateIp)
    return whole && named.length === before.length ? true : undefined
  })
  const { answered, failures } = await traffic.stop()
  story.say(
    `    whole again after ${duration(Date.now() - killed)}; ${answered} requests answered meanwhile, ${failures.length} not`,
  )
}

/** Scales to four instances, asks them all, and goes back. */
export async function scaleUpAndDown(context: Context, app: string, story: Story): Promise<void> {
  const url = await urlOf(context, app)
  const [row] = await appStatus(context, app)
  const count = row?.desired ?? 0
  await startWorkflow(context, 'scale', app, { app, service: app, count: 4 }, { wait: true })
  const seen = new Set((await askInTurn(url, 12)).map(({ instance }) => instance))
  story.say(`    ${seen.size} instances answer`)
  if (seen.size !== 4) throw new ServiceFailure(`${seen.size} instances answer after scaling to 4`)
  await startWorkflow(context, 'scale', app, { app, service: app, count }, { wait: true })
  await showStatus(context, [app])
}

async function urlOf(context: Context, app: string): Promise<string> {
  const url = (await appStatus(context, app)).find((row) => row.url)?.url
  if (!url) throw new NotFound(`${app} has no exposed service`)
  return url
}

/** What Consul's DNS says through the network load balancer; nothing while the name is unknown. */
async function addresses(context: Context, service: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  resolver.setServers([resolverAddress(context)])
  try {
    return (await resolver.resolve4(`${service}.service.consul`)).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTFOUND') return []
    throw new ServiceFailure(`Consul's DNS does not answer for ${service}: ${String(error)}`, {
      cause: error,
    })
  }
}

/** `.10` of the first private subnet, DNS at port 53 + 8000: the local region's network load balancer. */
function resolverAddress(context: Context): string {
  const [first, second] = (context.local?.vpcCidr ?? '').split('.')
  return `${first}.${second}.0.10:8053`
}

export function regionOf(context: Context): string {
  if (!context.local) throw new NotFound('The demo runs in the local region only')
  return context.local.endpoint
}
