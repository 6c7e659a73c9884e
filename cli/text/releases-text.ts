import type { ListedRelease } from '../../core/deploy/release-list.ts'
import { table } from '../../local/table.ts'

/** A line per release, the newest first; the one that runs is marked. */
export function releasesText(listed: ListedRelease[]): string {
  const rows = listed
    .toReversed()
    .map((each) => [
      each.current ? '*' : '',
      String(each.release),
      minute(each.at),
      [...(each.sameAs === undefined ? [] : [`as release ${each.sameAs}`]), ...each.changes].join('; ') ||
        'the oldest kept',
    ])
  return table([['', 'release', 'deployed (UTC)', 'what changed'], ...rows])
}

/** `2026-01-31 12:00:00` */
export const minute = (at: string): string => at.slice(0, 19).replace('T', ' ')

/** What going back to a release brings back, in one sentence. */
export function bringsBack(app: string, listed: ListedRelease[], target: ListedRelease): string {
  const current = listed.find((each) => each.current)
  const images = Object.entries(target.services)
    .filter(([service, image]) => current?.services[service] !== image)
    .map(([service, image]) => `${service} ${image}`)
  const what = images.length > 0 ? `with ${images.join(', ')}` : 'with the same images'
  return `${app}: release ${target.release} of ${minute(target.at)} comes back ${what}; release ${current?.release} goes`
}
