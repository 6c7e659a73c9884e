import { inOrderOfPaths } from '../../scripts/lib/lanes.mjs'

/** Jest's `testSequencer`: the same order in every run, whatever failed or took long in the last one. */
export default class InOrder {
  sort(tests) {
    return [...tests].sort((one, other) => inOrderOfPaths(one.path, other.path))
  }

  allFailedTests(tests) {
    return tests
  }

  cacheResults() {}
}
