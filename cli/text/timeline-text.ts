import type { Happening } from '../../core/timeline/happening.ts'
import { table } from '../../local/table.ts'
import type { Timeline } from '../stage/timeline.ts'
import { minute } from './releases-text.ts'

/** A line for each, the newest last; what nobody says is below. */
export function timelineText({ happenings, gaps }: Timeline): string {
  const rows = happenings.map(cells)
  const head = ['time (UTC)', 'who', 'service', 'instance', 'what']
  const listed =
    rows.length === 0 ? 'Nothing happened; --since 7d looks further back.' : table([head, ...rows])
  return [listed, ...gaps.map((gap) => `not complete: ${gap}`)].join('\n')
}

/** One of them, while they happen: nobody knows how wide the columns will be. */
export const happeningText = (happening: Happening): string => cells(happening).join('  ')

const cells = ({ at, source, service, instance, text }: Happening): string[] => [
  minute(at),
  source === 'consul' ? 'Consul' : source,
  service || '-',
  instance || '-',
  text,
]
