import { basename, dirname } from 'node:path'

/**
 * End-to-end tests share one stage, so they come last and in the order of its life: one that saw no app, one that
 * works, one that is torn down.
 */
const LIFE = [
  'whole-path',
  'page',
  'command-line',
  'bad-input',
  'scaling',
  'foreign-events',
  'healing',
  'teardown',
]

const place = ({ path }) =>
  basename(dirname(path)) === 'e2e' ? 1 + LIFE.indexOf(basename(path, '.real.ts')) : 0

/** Jest's `testSequencer`: the same order in every run, whatever failed or took long in the last one. */
export default class InOrder {
  sort(tests) {
    return [...tests].sort((a, b) => place(a) - place(b) || a.path.localeCompare(b.path))
  }

  allFailedTests(tests) {
    return tests
  }

  cacheResults() {}
}
