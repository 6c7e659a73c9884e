import type { AppBundle } from '../base/bundle.ts'
import { InvalidInput } from '../base/errors.ts'
import type { Release } from './releases.ts'

/** How many versions a step may go ("Upgrade instructions" in Consul's documentation: "at most 2"). */
const STEP = 2

/** What the servers of a release without a version run: the last one from before releases recorded it. */
const UNRECORDED = '1.19.2'

/**
 * Refuses to move Consul servers further than a step at once: servers of both versions work side by side
 * while they are replaced, and Consul promises that only within a step.
 * @param current what runs; nothing is refused to a new cluster
 * @throws {InvalidInput} with the version to deploy first
 */
export function refuseConsulJump({ manifest, services }: AppBundle, current: Release | undefined): void {
  for (const [name, { consul: wanted }] of Object.entries(services)) {
    const before = current?.services[name]
    if (wanted === undefined || before === undefined) continue
    const running = before.consul ?? UNRECORDED
    const first = stepBefore(running, wanted)
    if (first === undefined) continue
    throw new InvalidInput(
      `${manifest.services[name]?.source}/go.mod`,
      `Consul ${wanted} cannot follow ${running} directly, a step is ${STEP} versions at most`,
      `deploy it with Consul ${first} first (docs/runbook.md, "Another version of Consul")`,
    )
  }
}

/** 2.0 follows 1.22. */
const LAST_OF_1 = 22

/**
 * The version to go to first, such as `1.21`; undefined when the step is allowed. Going back is not for us to
 * judge: it may be all that is left.
 */
function stepBefore(running: string, wanted: string): string | undefined {
  const next = place(running) + STEP
  if (place(wanted) <= next) return undefined
  return next > LAST_OF_1 ? `2.${next - LAST_OF_1 - 1}` : `1.${next}`
}

/** The place of a version in the row 1.0, 1.1 … 1.22, 2.0 …; of a later first number, out of reach. */
function place(version: string): number {
  const [major, minor] = version.split('.').map(Number) as [number, number]
  if (major > 2) return Number.POSITIVE_INFINITY
  return major === 2 ? LAST_OF_1 + 1 + minor : minor
}

const REQUIRED = /^\s*(?:require\s+)?github\.com\/hashicorp\/consul\s+v(\d+\.\d+\.\d+\S*)/m

/** The version of Consul that a program with this go.mod embeds; undefined for one that embeds none. */
export const consulVersion = (goMod: string): string | undefined => REQUIRED.exec(goMod)?.[1]
