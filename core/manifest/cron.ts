/**
 * The cron expressions of EventBridge Scheduler ("Schedule types in EventBridge Scheduler", "Cron-based
 * schedules"): `cron(minutes hours day-of-month month day-of-week year)`.
 */

/** The days that one of the two day fields names. */
export interface Days {
  /** Days of a month, or of a week from 1, Sunday. */
  plain: ReadonlySet<number>
  /** `L`: the last day of the month; `5L`: the last such day of the week. */
  last: readonly number[]
  /** `15W`: the working day nearest to the 15th; `LW` is 0. */
  working: readonly number[]
  /** `6#3`: the third Friday. */
  nth: readonly [day: number, which: number][]
}

export interface Cron {
  minutes: ReadonlySet<number>
  hours: ReadonlySet<number>
  months: ReadonlySet<number>
  /** Absent for every year. */
  years: ReadonlySet<number> | undefined
  /** One of the two is `?`, and absent here. */
  ofMonth: Days | undefined
  ofWeek: Days | undefined
}

interface Field {
  name: string
  low: number
  high: number
  names?: readonly string[]
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const WEEK = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const MINUTES: Field = { name: 'minutes', low: 0, high: 59 }
const HOURS: Field = { name: 'hours', low: 0, high: 23 }
const OF_MONTH: Field = { name: 'day-of-month', low: 1, high: 31 }
const MONTH: Field = { name: 'month', low: 1, high: 12, names: MONTHS }
const OF_WEEK: Field = { name: 'day-of-week', low: 1, high: 7, names: WEEK }
const YEAR: Field = { name: 'year', low: 1970, high: 2199 }

/** @returns the expression, or what is wrong with it */
export function readCron(text: string): Cron | string {
  const fields = text.trim().split(/\s+/)
  if (fields.length !== 6 || text.trim() === '')
    return `cron needs six fields, minutes hours day-of-month month day-of-week year, and this has ${text.trim() === '' ? 0 : fields.length}`
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  if (dayOfMonth === '?' && dayOfWeek === '?')
    return 'only one of day-of-month and day-of-week may be ?; the other says the days'
  if (dayOfMonth !== '?' && dayOfWeek !== '?')
    return 'one of day-of-month and day-of-week must be ?, as the other says the days'
  try {
    return {
      minutes: numbers(minute, MINUTES),
      hours: numbers(hour, HOURS),
      months: numbers(month, MONTH),
      years: year === '*' ? undefined : numbers(year, YEAR),
      ofMonth: dayOfMonth === '?' ? undefined : days(dayOfMonth, OF_MONTH),
      ofWeek: dayOfWeek === '?' ? undefined : days(dayOfWeek, OF_WEEK),
    }
  } catch (error) {
    if (error instanceof BadField) return error.message
    throw error
  }
}

class BadField extends Error {}

function numbers(text: string, field: Field): ReadonlySet<number> {
  return new Set(text.split(',').flatMap((part) => range(part, field)))
}

function range(part: string, field: Field): number[] {
  const [, span = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? []
  if (span === '' || step === '0') throw bad(part, field)
  const [from = '', to, ...more] = span.split('-')
  if (more.length > 0) throw bad(part, field)
  const low = from === '*' ? field.low : number(from, field)
  const high = to !== undefined ? number(to, field) : from === '*' || step ? field.high : low
  // Names may go round the end, such as FRI-MON.
  const length = high >= low ? high - low : high + field.high - field.low + 1 - low
  if ((from === '*' && to !== undefined) || (high < low && !field.names)) throw bad(part, field)
  const every = Number(step ?? 1)
  const found: number[] = []
  for (let at = 0; at <= length; at += every)
    found.push(((low - field.low + at) % (field.high - field.low + 1)) + field.low)
  return found
}

function number(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1
  const value = named >= 0 ? named + field.low : /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= field.low && value <= field.high) return value
  throw bad(text, field)
}

const bad = (text: string, { name, low, high }: Field): BadField =>
  new BadField(`"${text}" does not fit ${name}, which takes ${low} to ${high}`)

function days(text: string, field: Field): Days {
  const plain = new Set<number>()
  const last: number[] = []
  const working: number[] = []
  const nth: [number, number][] = []
  const ofMonth = field === OF_MONTH
  for (const part of text.toUpperCase().split(',')) {
    const [, day = ''] = /^(\w+)[LW#]/.exec(part) ?? []
    const which = /#([1-5])$/.exec(part)?.[1]
    if (part === 'L') ofMonth ? last.push(0) : plain.add(7)
    else if (ofMonth && part === 'LW') working.push(0)
    else if (ofMonth && /^\d+W$/.test(part)) working.push(number(part.slice(0, -1), field))
    else if (!ofMonth && which) nth.push([number(part.slice(0, -2), field), Number(which)])
    else if (!ofMonth && day !== '' && /^(\d|[A-Z]{3})L$/.test(part))
      last.push(number(part.slice(0, -1), field))
    else for (const value of range(part, field)) plain.add(value)
  }
  return { plain, last, working, nth }
}
