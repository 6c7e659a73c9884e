import { cycle } from '../base/cycle.ts'
import { InvalidInput } from '../base/errors.ts'
import type { App } from '../template/parsed-app.ts'
import { aloneApp } from './alone.ts'
import type { Executions, LockTable } from './lock.ts'
import type { ReleaseBook } from './releases.ts'

/** The state of an app that another one needs. */
export interface RequiredApp {
  app: string
  deployed: boolean
  /** The execution that works on it now, if one does. */
  underway?: string
}

/** The next thing to do about the apps that an app requires. */
export type RequiredStep =
  | { action: 'ready' }
  | { action: 'deploy'; app: string }
  | { action: 'wait'; app: string; execution: string }

/**
 * Every required app must be deployed first: if somebody works on it, we wait (it may be going away); if it
 * is absent, we deploy it.
 */
export function requiredStep(apps: RequiredApp[]): RequiredStep {
  const busy = apps.find((app) => app.underway !== undefined)
  if (busy?.underway) return { action: 'wait', app: busy.app, execution: busy.underway }
  const absent = apps.find((app) => !app.deployed)
  return absent ? { action: 'deploy', app: absent.app } : { action: 'ready' }
}

export interface RequirementPorts {
  bundles: { read(app: string, digest?: string): Promise<App> }
  locks: Pick<LockTable, 'read'>
  releases: Pick<ReleaseBook, 'current'>
  executions: Executions
}

/**
 * Reads the state of the apps that `app` requires, and says what to do next.
 * @param digest which bundle of the app; the last one pushed when absent
 * @param services only these of the app; whether they fit what runs is found out before anything is built
 * @throws {InvalidInput} when they do not, or the requirements lead back to the app, {NotFound} when nobody
 * pushed one of them
 */
export async function lookAtRequiredApps(
  ports: RequirementPorts,
  app: string,
  digest?: string,
  services: readonly string[] = [],
): Promise<RequiredStep> {
  if (services.length > 0) await refuseUnfit(ports, app, digest, services)
  const requires: Record<string, string[]> = {}
  const read = async (name: string, wanted?: string): Promise<void> => {
    if (requires[name]) return
    requires[name] = []
    const { bundle } = await ports.bundles.read(name, wanted)
    requires[name] = bundle.manifest.requires
    for (const next of bundle.manifest.requires) await read(next)
  }
  await read(app, digest)
  const round = cycle([app], (name) => requires[name] as string[])
  if (round)
    throw new InvalidInput(`images/${app}/app.yml: requires`, `leads back to itself: ${round.join(' → ')}`)
  const stands = (requires[app] as string[]).map(async (name): Promise<RequiredApp> => {
    const [lock, current] = await Promise.all([ports.locks.read(name), ports.releases.current(name)])
    const busy = lock?.owner !== undefined && (await ports.executions.runs(lock.owner))
    return {
      app: name,
      deployed: current !== undefined,
      ...(busy && lock.owner ? { underway: lock.owner } : {}),
    }
  })
  return requiredStep(await Promise.all(stands))
}

/** The plan decides anew, as settings and releases may change until then. */
async function refuseUnfit(
  { bundles, releases }: RequirementPorts,
  app: string,
  digest: string | undefined,
  services: readonly string[],
): Promise<void> {
  const current = await releases.current(app)
  const [pushed, running] = await Promise.all([
    bundles.read(app, digest),
    current && bundles.read(app, current.bundle),
  ])
  aloneApp(pushed, running, services)
}
