import type { Trial } from './bench.ts'
import type { Mutant } from './mutant.ts'

export interface Result extends Trial {
  mutant: Mutant
  /** Why the mutant is equivalent, if it has been judged so. */
  judgement?: string
}

export interface Totals {
  noticed: number
  /** Neither noticed nor judged equivalent. */
  missed: number
  equivalent: number
  /** Percent of the non-equivalent mutants that were noticed, rounded down. */
  percent: number
}

export function totals(results: Result[]): Totals {
  const noticed = results.filter((result) => result.noticed).length
  const equivalent = results.filter((result) => !result.noticed && result.judgement !== undefined).length
  const counted = results.length - equivalent
  return {
    noticed,
    missed: counted - noticed,
    equivalent,
    percent: counted === 0 ? 100 : Math.floor((noticed / counted) * 100),
  }
}

/**
 * Text for a mutant that was not noticed, or whose judgement is wrong; undefined for one noticed as it should
 * be.
 */
export function remark({ mutant, noticed, by, related, judgement }: Result): string | undefined {
  if (noticed && judgement === undefined) return undefined
  const what = noticed
    ? `noticed by ${by}, so it means something: take it out of equivalent.yml`
    : judgement === undefined
      ? `NOT NOTICED by the ${related} test files that reach it`
      : `equivalent: ${judgement}`
  return [`${mutant.file}:${mutant.line}  ${what}`, `  - ${mutant.was}`, `  + ${mutant.becomes}`].join('\n')
}

export function summary(results: Result[], seconds: number): string {
  const { noticed, equivalent, percent } = totals(results)
  const without = equivalent > 0 ? ` (${equivalent} of ${results.length} mean nothing)` : ''
  const counted = results.length - equivalent
  return `noticed ${noticed} of ${counted}${without}, ${percent} %, in ${Math.round(seconds)} s`
}

export function asJson(results: Result[], options: { seed: number; bar: number }, seconds: number): string {
  const mutants = results.map(({ mutant: { text: _text, place: _place, ...where }, ...result }) => ({
    ...where,
    ...result,
  }))
  return JSON.stringify({ ...options, seconds: Math.round(seconds), ...totals(results), mutants }, null, 2)
}
