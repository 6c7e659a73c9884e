import type { Context } from '../../cli/context.ts'
import { appStatus } from '../../cli/stage/stage-status.ts'
import { NotFound, ServiceFailure } from '../../core/base/errors.ts'
import { status } from '../../local/status.ts'
import { type LocalInstance, serviceInstances } from '../../scripts/demo/local-instances.ts'
import { until } from '../../scripts/demo/wait.ts'
import { tryResolve } from './names.ts'
import { liveSettings } from './settings.ts'
import { regionOf } from './stage.ts'

/** The app's public URL, by its host name. */
export async function webUrl(context: Context): Promise<string> {
  const [row] = await appStatus(context, 'web')
  if (!row?.url) throw new NotFound('web has no URL')
  return row.url
}

/** The same service at its own listener port, wherever the gateway had to put it. */
export async function webPortUrl(): Promise<string> {
  const { listeners } = await status(liveSettings())
  const listener = listeners.find(({ type, port }) => type === 'application' && port === 8000)
  if (!listener?.boundPort) throw new NotFound('the gateway does not serve port 8000')
  return `http://localhost:${listener.boundPort}/`
}

/** The running instances of web with their processes. */
export const webInstances = (context: Context): Promise<LocalInstance[]> =>
  serviceInstances(regionOf(context), 'web', 'web')

/**
 * Waits until `count` instances are running, all healthy in Consul and at the load balancer, and exactly
 * those are in DNS.
 * @returns their addresses
 * @throws ServiceFailure after `seconds`, with what was seen last
 */
export async function untilWhole(context: Context, count: number, seconds: number): Promise<string[]> {
  let seen = {}
  try {
    return await until(`web with ${count} healthy instances in DNS`, seconds, async () => {
      const named = await tryResolve(context, 'web')
      const running = (await webInstances(context)).map(({ privateIp }) => privateIp).sort()
      seen = { named, running }
      if (running.length !== count || JSON.stringify(named) !== JSON.stringify(running)) return undefined
      const [row] = await appStatus(context, 'web')
      seen = { ...seen, row }
      return row?.healthy === count && row.desired === count ? running : undefined
    })
  } catch (cause) {
    throw new ServiceFailure(`${String(cause)}; last seen: ${JSON.stringify(seen)}`, { cause })
  }
}
