import type { Said } from '../../core/moving-in/said.ts'
import { sentence } from '../../core/moving-in/said.ts'

const HEADINGS = {
  inferred: 'concluded from the source:',
  left: 'not taken:',
  todo: 'to do:',
} as const

/** More places than these are counted. */
const MOST_PLACES = 2

/** What is said of an app that was made, what matters most last; the same of several places in one line. */
export function saidText(said: readonly Said[]): string[] {
  return (['inferred', 'left', 'todo'] as const).flatMap((kind) => {
    const lines = grouped(said.filter((each) => each.kind === kind))
    return lines.length === 0 ? [] : [HEADINGS[kind], ...lines.map((line) => `  ${line}`)]
  })
}

function grouped(said: readonly Said[]): string[] {
  const groups = new Map<string, Said[]>()
  for (const each of said) {
    const key = `${each.what}\n${each.instead}`
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined || group.length <= MOST_PLACES) return group.map(sentence)
    return [sentence({ ...first, place: `${first.place} and ${group.length - 1} more` })]
  })
}
