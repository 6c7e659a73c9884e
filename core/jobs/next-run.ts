import type { Cron, Days } from '../manifest/cron.ts'
import { readWhen } from '../manifest/schedule.ts'

/** A date of a calendar; months from 1. */
interface Day {
  year: number
  month: number
  day: number
}

/** A leap day comes after eight years at the most. */
const MOST_DAYS = 8 * 366

/**
 * When a cron expression runs next; undefined for a rate, whose beginning only AWS knows, and for one that
 * does not run again.
 */
export function nextRun(when: string, timezone: string, after: Date): Date | undefined {
  const read = readWhen(when)
  if (typeof read === 'string' || !('cron' in read)) return undefined
  const { cron } = read
  let day = dayIn(timezone, after)
  for (let count = 0; count < MOST_DAYS; count++, day = dayAfter(day)) {
    if (!isOn(cron, day)) continue
    for (const hour of ascending(cron.hours))
      for (const minute of ascending(cron.minutes)) {
        const at = instant(timezone, day, hour, minute)
        // In spring an hour is missing; what falls into it does not run on that day.
        if (at !== undefined && at.getTime() > after.getTime()) return at
      }
  }
  return undefined
}

const ascending = (numbers: ReadonlySet<number>): number[] => [...numbers].sort((a, b) => a - b)

function isOn({ months, years, ofMonth, ofWeek }: Cron, day: Day): boolean {
  if (!months.has(day.month) || (years && !years.has(day.year))) return false
  return ofMonth ? inMonth(ofMonth, day) : ofWeek !== undefined && inWeek(ofWeek, day)
}

function inMonth({ plain, last, working }: Days, day: Day): boolean {
  const length = lengthOf(day)
  if (plain.has(day.day) || (last.length > 0 && day.day === length)) return true
  return working.some((wanted) => nearestWorkingDay(day, Math.min(wanted || length, length)) === day.day)
}

function inWeek({ plain, last, nth }: Days, day: Day): boolean {
  const ofWeek = weekday(day)
  if (plain.has(ofWeek)) return true
  if (last.includes(ofWeek) && day.day + 7 > lengthOf(day)) return true
  return nth.some(([wanted, which]) => wanted === ofWeek && Math.ceil(day.day / 7) === which)
}

/** Never in another month. */
function nearestWorkingDay(day: Day, wanted: number): number {
  const ofWeek = weekday({ ...day, day: wanted })
  if (ofWeek === 7) return wanted > 1 ? wanted - 1 : wanted + 2
  if (ofWeek === 1) return wanted < lengthOf(day) ? wanted + 1 : wanted - 2
  return wanted
}

const utc = ({ year, month, day }: Day): Date => new Date(Date.UTC(year, month - 1, day))
/** From 1, Sunday. */
const weekday = (day: Day): number => utc(day).getUTCDay() + 1
const lengthOf = ({ year, month }: Day): number => new Date(Date.UTC(year, month, 0)).getUTCDate()
const dayAfter = (day: Day): Day => fromUtc(new Date(utc(day).getTime() + 86_400_000))
const fromUtc = (date: Date): Day => ({
  year: date.getUTCFullYear(),
  month: date.getUTCMonth() + 1,
  day: date.getUTCDate(),
})

const dayIn = (timezone: string, at: Date): Day => fromUtc(new Date(at.getTime() + offset(timezone, at)))

/** The moment at which clocks of the zone show this; undefined if they never do. */
function instant(timezone: string, day: Day, hour: number, minute: number): Date | undefined {
  const shown = utc(day).getTime() + (hour * 60 + minute) * 60_000
  const guesses = [-1, 1].map((side) => {
    const near = new Date(shown + side * 86_400_000)
    return shown - offset(timezone, near)
  })
  const found = guesses.find((guess) => guess + offset(timezone, new Date(guess)) === shown)
  return found === undefined ? undefined : new Date(found)
}

/** Milliseconds by which clocks of the zone are ahead of UTC. */
function offset(timezone: string, at: Date): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value)
  const shown = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
    value('second'),
  )
  return shown - Math.floor(at.getTime() / 1000) * 1000
}
