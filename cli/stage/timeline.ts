import { NotFound } from '../../core/base/errors.ts'
import { didYouMean } from '../../core/base/suggest.ts'
import { type Happening, inOrder } from '../../core/timeline/happening.ts'
import type { Context } from '../context.ts'
import { type Part, type Scope, tellAlarms, tellInstances, tellRuns } from './timeline-parts.ts'

/** What happened to an app, and what of it nobody says. */
export interface Timeline {
  happenings: Happening[]
  /** A sentence for each source that was not read, or not in full. */
  gaps: string[]
}

/**
 * What happened to an app, or to one service of it, since then. A source that does not answer leaves a gap.
 * @throws {NotFound} for an app that nobody pushed, or a service that it never had
 */
export async function timeline(
  context: Context,
  app: string,
  service: string | undefined,
  since: Date,
): Promise<Timeline> {
  const { services, releases } = await known(context, app)
  if (service !== undefined && !services.includes(service))
    throw new NotFound(`${app}: the app has no service ${service}; ${didYouMean(service, services)}`)
  const scope: Scope = { context, app, service, since, services, releases }
  const parts = await Promise.all([
    orGap(tellRuns(scope)),
    orGap(tellInstances(scope)),
    orGap(tellAlarms(scope)),
  ])
  const recent = parts
    .flatMap(({ happenings }) => happenings)
    .filter(({ at }) => Date.parse(at) >= since.getTime())
  return { happenings: inOrder(recent), gaps: parts.flatMap(({ gaps }) => gaps) }
}

/** Every service that a kept release or the pushed app has, and the releases' numbers by their runs. */
async function known(
  context: Context,
  app: string,
): Promise<{ services: string[]; releases: Map<string, number> }> {
  const [kept, pushed] = await Promise.all([context.releases().kept(app), pushedServices(context, app)])
  if (kept.length === 0 && pushed === undefined)
    throw new NotFound(`Nobody pushed an app ${app} to stage ${context.stage}; "nanofleet status" lists apps`)
  const deployed = kept.flatMap(({ services }) => Object.keys(services))
  return {
    services: [...new Set([...deployed, ...(pushed ?? [])])].sort(),
    releases: new Map(kept.map(({ execution, release }) => [execution, release])),
  }
}

async function pushedServices(context: Context, app: string): Promise<string[] | undefined> {
  try {
    const { bundle } = await context.bundles().read(app)
    return Object.keys(bundle.manifest.services)
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

async function orGap(part: Promise<Part>): Promise<Part> {
  try {
    return await part
  } catch (error) {
    return { happenings: [], gaps: [(error as Error).message] }
  }
}
