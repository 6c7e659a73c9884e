import { NotFound } from '../../core/base/errors.ts'
import { askPrivately, type PrivateApi } from '../../local/root-key.ts'

/** An instance of the local region with the process behind it. */
export interface LocalInstance {
  instanceId: string
  state: string
  /** When it last entered each state, in milliseconds since 1970. */
  entered: Record<string, number>
  privateIp: string
  pid: number | null
  /** Where its program listens although it should not: `0.0.0.0:8080`. */
  beyondLoopback: string[]
  tags: Record<string, string>
}

/** The running instances of one service. */
export async function serviceInstances(
  region: PrivateApi,
  app: string,
  service: string,
): Promise<LocalInstance[]> {
  const running = await runningInstances(region)
  return running.filter(({ tags }) => tags['nanofleet:app'] === app && tags['nanofleet:service'] === service)
}

/** All running instances in the region. */
export async function runningInstances(region: PrivateApi): Promise<LocalInstance[]> {
  return (await allInstances(region)).filter(({ state }) => state === 'running')
}

/** All instances that the region still shows, in any state. */
export async function allInstances(region: PrivateApi): Promise<LocalInstance[]> {
  const response = await askPrivately(region, 'instances')
  return (await response.json()) as LocalInstance[]
}

/**
 * Kills the process of one of a service's instances without warning.
 * @returns the instance, and how many the service had
 * @throws NotFound when it has none with a process
 */
export async function killOneOf(
  region: PrivateApi,
  app: string,
  service: string,
): Promise<{ victim: LocalInstance; count: number }> {
  const instances = await serviceInstances(region, app, service)
  const victim = instances.find(({ pid }) => pid !== null)
  if (!victim?.pid) throw new NotFound(`${service} has no running instance to kill`)
  process.kill(victim.pid, 'SIGKILL')
  return { victim, count: instances.length }
}
