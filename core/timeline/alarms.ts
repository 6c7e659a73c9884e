import type { Happening } from './happening.ts'
import { oneLine } from './runs.ts'

/** A change of an alarm's state, in CloudWatch's words. */
export interface AlarmChange {
  at: string
  /** Without what all names of a stage begin with. */
  alarm: string
  from: string
  to: string
  reason: string
}

/** Changes that a person would hear of; missing data is no news in either direction. */
export function tellAlarm({ at, alarm, from, to, reason }: AlarmChange): Happening[] {
  if (from !== 'ALARM' && to !== 'ALARM') return []
  const text = `${alarm}: ${to === 'ALARM' ? 'it rings' : 'over'}${reason ? ` (${oneLine(reason)})` : ''}`
  return [{ at, source: 'alarm', service: '', instance: '', text }]
}
