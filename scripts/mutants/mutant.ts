import { type Change, changesOf } from './changes.ts'
import { Source } from './syntax.ts'

/** A file with one small change. */
export interface Mutant {
  /** From the repository's root, with slashes. */
  file: string
  /** Number of the line on which the changed text begins, from 1. */
  line: number
  kind: Change['kind']
  /** The lines that the change touches, joined into one, before and after it. */
  was: string
  becomes: string
  /** The whole file with the change. */
  text: string
  /**
   * The changed expression in the unchanged file, in bytes; absent if it cannot report that it was reached.
   */
  place?: { start: number; end: number }
}

/**
 * Every mutant of a file, by position. A few may no longer be valid TypeScript: see `parses`.
 * @throws Error from the parser if the file is not TypeScript
 */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = new Source(text)
  return changesOf(source)
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map((change) => mutant(file, text, source, change))
    .filter((each) => each.text !== text)
}

function mutant(file: string, text: string, source: Source, change: Change): Mutant {
  const { kind, start, end, words, place } = change
  const changed = source.with(start, end, words)
  const first = source.line(start)
  const before = text.split('\n').slice(first - 1, source.line(end))
  const length = before.length + changed.split('\n').length - text.split('\n').length
  const after = changed.split('\n').slice(first - 1, first - 1 + length)
  const seen = { was: oneLine(before), becomes: oneLine(after) }
  return { file, line: first, kind, ...seen, text: changed, ...(place && { place }) }
}

function oneLine(lines: string[]): string {
  return lines.map((line) => line.trim()).join(' ')
}
