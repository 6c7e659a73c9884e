import { Resolver } from 'node:dns/promises'
import type { Context } from '../../cli/context.ts'
import { appStatus } from '../../cli/stage/stage-status.ts'
import { NotFound, ServiceFailure } from '../../core/base/errors.ts'
import type { LocalRecord } from '../../local/record.ts'

/** The local region behind a context. @throws NotFound on a stage in an account */
export function regionOf(context: Context): LocalRecord {
  if (!context.local) throw new NotFound('The demo runs in the local region only')
  return context.local
}

/** The public URL of an app: that of its first exposed service. @throws NotFound */
export async function urlOf(context: Context, app: string): Promise<string> {
  const url = (await appStatus(context, app)).find((row) => row.url)?.url
  if (!url) throw new NotFound(`${app} has no exposed service`)
  return url
}

/** Where the local gateway shows Consul's own pages, which are never public on AWS. @throws NotFound */
export function consulUrl(context: Context): string {
  if (!context.local) throw new NotFound('Only the local region shows Consul in a browser')
  return `http://consul.localhost:${new URL(context.local.gateway).port}/`
}

/** What Consul's DNS answers through the network load balancer; empty while the name is unknown. */
export async function addressesOf(context: Context, service: string): Promise<string[]> {
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
