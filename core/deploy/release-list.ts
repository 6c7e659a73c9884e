import { InvalidInput, NotFound } from '../base/errors.ts'
import type { EnvValue } from '../base/manifest-types.ts'
import type { Release } from './releases.ts'

/** A kept release, and what it changed. */
export interface ListedRelease {
  release: number
  /** ISO time. */
  at: string
  execution: string
  current: boolean
  /** Its services with their images. */
  services: Record<string, string>
  /** What differs from the one kept before it, a few words each; empty for the oldest. */
  changes: string[]
  /** An earlier one with the same app and images, as after going back. */
  sameAs?: number
}

/** The variables of an app's services, by the digests of bundles. */
export type Environments = ReadonlyMap<string, Record<string, Record<string, EnvValue>>>

/**
 * The releases with what each one changed, in the order given.
 * @param kept oldest first
 * @param current number of the one that runs
 */
export function listReleases(
  kept: Release[],
  current: number | undefined,
  environments: Environments = new Map(),
): ListedRelease[] {
  return kept.map((release, index) => {
    const before = kept[index - 1]
    const same = kept.slice(0, index).findLast((each) => runsTheSame(each, release))
    return {
      release: release.release,
      at: release.at,
      execution: release.execution,
      current: release.release === current,
      services: Object.fromEntries(
        Object.entries(release.services).map(([service, { imageId }]) => [service, imageId]),
      ),
      changes: before ? changes(before, release, environments) : [],
      ...(same ? { sameAs: same.release } : {}),
    }
  })
}

const runsTheSame = (a: Release, b: Release): boolean =>
  a.bundle === b.bundle &&
  Object.entries(b.services).every(([service, { imageId }]) => a.services[service]?.imageId === imageId)

function changes(before: Release, after: Release, environments: Environments): string[] {
  const gone = Object.keys(before.services).filter((service) => !(service in after.services))
  const found = [
    ...Object.keys(after.services).flatMap((service) => serviceChanges(service, before, after)),
    ...gone.map((service) => `${service} is gone`),
    ...variableChanges(before, after, environments),
  ]
  if (found.length > 0) return found
  return [before.bundle === after.bundle ? 'nothing' : 'manifest or resources']
}

/** Of services that both have; what only a manifest says is not told one by one. */
function variableChanges(before: Release, after: Release, environments: Environments): string[] {
  const [old, young] = [environments.get(before.bundle), environments.get(after.bundle)]
  if (!old || !young) return []
  return Object.keys(young).flatMap((service) => {
    const [was, is] = [old[service], young[service]]
    if (!was || !is) return []
    return Object.keys({ ...was, ...is })
      .sort()
      .filter((name) => text(was[name]) !== text(is[name]))
      .map((name) => `${service}: env ${name}: ${text(was[name])} → ${text(is[name])}`)
  })
}

const text = (value: EnvValue | undefined): string =>
  typeof value === 'string' ? value : value === undefined ? 'none' : JSON.stringify(value)

function serviceChanges(service: string, { services: old }: Release, { services }: Release): string[] {
  const [was, is] = [old[service], services[service]]
  if (!is) return []
  if (!was) return [`${service} is new (${is.imageId})`]
  return [
    ...(was.imageId === is.imageId ? [] : [`${service}: ${was.imageId} → ${is.imageId}`]),
    ...(was.count === is.count ? [] : [`${service}: ${was.count} → ${is.count} instances`]),
    ...(was.definition === is.definition ? [] : [`${service}: another definition`]),
  ]
}

/**
 * The release to go back to: the wanted one, or the newest kept one before that which runs.
 * @throws {NotFound} when it is not kept or there is none before, {InvalidInput} when it runs already
 */
export function releaseToGoBackTo(app: string, listed: ListedRelease[], wanted?: number): ListedRelease {
  const current = listed.find((each) => each.current)
  const place = `rollback ${app}`
  if (!current) throw new NotFound(`${app} is not deployed: there is nothing to go back from`)
  if (wanted === current.release)
    throw new InvalidInput(place, `release ${wanted} runs already`, 'choose another one')
  const numbers = listed.flatMap((each) => (each.current ? [] : each.release)).join(', ')
  const found =
    wanted === undefined
      ? listed.findLast(({ release }) => release < current.release)
      : listed.find(({ release }) => release === wanted)
  if (found) return found
  if (wanted === undefined) throw new NotFound(`${app}: no release before ${current.release} is kept`)
  throw new NotFound(`${app}: release ${wanted} is not kept; kept are ${numbers || 'no others'}`)
}
