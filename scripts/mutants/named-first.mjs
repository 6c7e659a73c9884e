/**
 * Jest's `testSequencer`: the order in which the files were named, the likeliest to notice a mutant first.
 */
export default class NamedFirst {
  sort(tests) {
    const place = ({ path }) => process.argv.findIndex((argument) => path.endsWith(`/${argument}`))
    return [...tests].sort((a, b) => place(a) - place(b))
  }

  allFailedTests(tests) {
    return tests
  }

  cacheResults() {}
}
