/**
 * The tests that failed in some or all of the runs, the most frequent failures first.
 * @param runs the files of each run, `{file, tests: {name, passed}[]}`
 * @returns `{file, name, failed, of}`; `of` counts the runs in which the test ran
 */
export function unsteady(runs) {
  const all = new Map()
  for (const { file, tests } of runs.flat()) {
    for (const { name, passed } of tests) {
      const known = all.get(`${file} ${name}`) ?? { file, name, failed: 0, of: 0 }
      all.set(`${file} ${name}`, { ...known, failed: known.failed + (passed ? 0 : 1), of: known.of + 1 })
    }
  }
  return [...all.values()].filter(({ failed }) => failed > 0).sort((one, other) => other.failed - one.failed)
}

/** Lines for people. */
export function describeUnsteady(found, runs) {
  if (found.length === 0) return [`No test failed in ${runs} runs.`]
  return found.map(({ file, name, failed, of }) => {
    const kind = failed < of ? 'flaky' : 'always fails'
    return `${kind}: failed ${failed} of ${of} times: ${file}: ${name}`
  })
}

/**
 * Takes `--repeat N` out of the arguments: `{times, rest}`; `times` is 1 without it. Throws RangeError for an
 * invalid number.
 */
export function repeatOf(args) {
  const at = args.indexOf('--repeat')
  if (at < 0) return { times: 1, rest: args }
  const times = Number(args[at + 1])
  if (!Number.isInteger(times) || times < 1)
    throw new RangeError('--repeat needs how often, such as --repeat 10')
  return { times, rest: args.toSpliced(at, 2) }
}
