import { inOrderOfPaths } from '../../scripts/lib/lanes.mjs'

/** Quick tests that take seconds: they start first, so that no core waits for one of them in the end. */
const LONG = ['/proof/reachability.test.ts', '/registration/burst.test.ts']

/** Jest's `testSequencer`: the same order in every run, whatever failed or was slow in the last one. */
export default class InOrder {
  sort(tests) {
    return [...tests].sort(
      (one, other) => rank(one.path) - rank(other.path) || inOrderOfPaths(one.path, other.path),
    )
  }

  allFailedTests(tests) {
    return tests
  }

  cacheResults() {}
}

function rank(path) {
  const found = LONG.findIndex((end) => path.endsWith(end))
  return found < 0 ? LONG.length : found
}
