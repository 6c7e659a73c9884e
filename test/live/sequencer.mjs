import { basename, dirname } from 'node:path'

/**
 * Tests of real parts share one stage and run in the order of its life: the first sees it before any app, the others
 * while it works, the last takes it down.
 */
const FIRST = ['whole-path']
const LAST = [
  'page',
  'command-line',
  'bad-input',
  'scaling',
  'rotation',
  'platform',
  'foreign-events',
  'drift',
  'healing',
  'photos',
  'photos-chaos',
  'boutique',
  'teardown',
]

function place({ path }) {
  if (basename(dirname(path)) !== 'e2e') return 0
  const name = basename(path, '.real.ts')
  return FIRST.includes(name) ? -1 : 1 + LAST.indexOf(name)
}

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
