import type { Happening } from './happening.ts'
import { oneLine } from './runs.ts'

/** Something that an Auto Scaling group did or tried, in its own words. */
export interface Activity {
  at: string
  kind: 'replaced' | 'shrunk' | 'launched' | 'failed' | 'other'
  instance?: string
  reason: string
}

const WORDS: Record<Activity['kind'], string> = {
  launched: 'is launched',
  failed: 'no instance is launched',
  replaced: 'ends and gets a successor',
  shrunk: 'ends',
  other: 'changes its place in the group',
}

export function tellActivity(service: string, { at, kind, instance = '', reason }: Activity): Happening {
  const text = `${WORDS[kind]}${reason ? `: ${oneLine(reason)}` : ''}`
  return { at, source: 'group', service, instance, text }
}
