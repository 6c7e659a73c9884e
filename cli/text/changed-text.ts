import type { ChangeAnswer } from '../../adapters/sources/changed-apps.ts'
import type { ChangedService } from '../../core/deploy/changed-services.ts'
import { table } from '../../local/table.ts'

/** Paths that are named; the rest is counted. */
const NAMED = 3

/** A line for each service that a release must bring up, and why. */
export function changedText({ since, to, services, removed }: ChangeAnswer): string {
  const span = `between ${since.ref} and ${to?.ref ?? 'the files here'}`
  if (services.length + removed.length === 0) return `no service changed ${span}`
  const rows = [
    ...services.map((each) => [`${each.app}/${each.service}`, each.change, why(each)]),
    ...removed.map(({ app, service }) => [
      `${app}/${service}`,
      'removed',
      'goes with a deployment of the app',
    ]),
  ]
  return table([['service', 'state', 'why'], ...rows])
}

function why({ change, parts, paths }: ChangedService): string {
  if (change === 'new') return `${paths.length} files`
  const named = paths.slice(0, NAMED).join(', ')
  const others = paths.length > NAMED ? ` and ${paths.length - NAMED} more` : ''
  return `${parts.join(', ')}: ${named}${others}`
}
