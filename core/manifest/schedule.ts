import type { ServiceSpec } from '../base/manifest-types.ts'
import type { Problem } from '../base/schema-problems.ts'
import { type Cron, readCron } from './cron.ts'

/** When a schedule runs. */
export type When = { every: number } | { cron: Cron }

const SECONDS = { minute: 60, hour: 3600, day: 86_400 } as const

/**
 * `rate(5 minutes)`, `rate(1 hour)` or `cron(0 3 * * ? *)` as EventBridge Scheduler takes them.
 * @returns when it runs (`every` in seconds), or what is wrong with it
 */
export function readWhen(text: string): When | string {
  const [, kind, inner = ''] = /^(rate|cron)\((.*)\)$/.exec(text) ?? []
  if (kind === 'cron') {
    const cron = readCron(inner)
    return typeof cron === 'string' ? cron : { cron }
  }
  if (kind !== 'rate') return 'must be rate(1 hour) or cron(0 3 * * ? *)'
  const [, value = '', unit, plural] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(inner) ?? []
  if (unit === undefined)
    return 'rate needs a whole number above 0 and minutes, hours or days, such as rate(5 minutes)'
  if ((value === '1') !== (plural === ''))
    return `write rate(${value} ${unit}${value === '1' ? '' : 's'}): one is singular, more are plural`
  return { every: Number(value) * SECONDS[unit as keyof typeof SECONDS] }
}

/** Whether a name is one of the time zone database, such as `Europe/Paris`. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return /^[A-Za-z]/.test(name)
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** What EventBridge Scheduler would refuse of a service's schedule. */
export function scheduleProblems(name: string, { schedule, kind }: ServiceSpec): Problem[] {
  if (!schedule) return []
  const at = (...path: string[]) => ['services', name, 'schedule', ...path]
  const problems: Problem[] = []
  const read = readWhen(schedule.when)
  if (typeof read === 'string')
    problems.push({ path: at(), problem: `"${schedule.when}": ${read}`, remedy: 'docs/jobs.md has examples' })
  if (!isTimezone(schedule.timezone))
    problems.push({
      path: at('timezone'),
      problem: `"${schedule.timezone}" is not in the time zone database`,
      remedy: 'write it as Europe/Paris, or leave it out for UTC',
    })
  if (kind !== 'service')
    problems.push({ path: at(), problem: 'a Consul server runs no jobs', remedy: 'remove it' })
  return problems
}
