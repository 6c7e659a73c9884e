import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { endGroups } from './lib/groups.mjs'
import { endMarked, leftAfter, MARK } from './lib/marked.mjs'
import { repository } from './lib/places.mjs'
import { describeUnsteady, repeatOf, unsteady } from './lib/repeat.mjs'
import { total } from './lib/results.mjs'
import { setup } from './lib/setup.mjs'
import { slowest } from './lib/slowest.mjs'
import { runScript, SetupError } from './lib/steps.mjs'
import { quick, real, whole } from './lib/whole.mjs'

const results = join(repository, '.nanofleet', 'test')
const run = `${MARK}=${process.pid}-${Date.now()}`
const interrupted = new AbortController()

/**
 * `npm test [-- --quick] [--repeat N] [jest arguments]`: the last line, also in a file, is `N passed, N
 * failed`.
 */
await runScript(async () => {
  const only = process.argv.includes('--quick')
  const { times, rest } = readRepeat(process.argv.slice(2).filter((arg) => arg !== '--quick'))
  await setup(only ? { only: 'npm' } : { tests: true })
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })
  process.env[MARK] = run.slice(MARK.length + 1)
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(name, interrupt)
  const runs = []
  for (let time = 1; time <= times && !interrupted.signal.aborted; time++) {
    if (times > 1) process.stdout.write(`Run ${time} of ${times}\n`)
    runs.push(await once(times > 1 ? join(results, String(time)) : results, only, rest))
  }
  return await finish(runs, times)
})

/** One run of what was asked for: `{passed, failed, files}` of each part. */
async function once(folder, only, args) {
  mkdirSync(folder, { recursive: true })
  if (!only && args.length === 0) return await whole(folder, interrupted.signal)
  const parts = [await quick(folder, args)]
  if (!only && !interrupted.signal.aborted) parts.push(await real(folder, args))
  return parts
}

async function finish(runs, times) {
  const left = interrupted.signal.aborted ? [] : await leftAfter([run], 5000)
  await endMarked([run])
  if (interrupted.signal.aborted) {
    process.stdout.write(`Interrupted by ${interrupted.signal.reason}.\n`)
    return 130
  }
  const lines =
    left.length > 0 ? ['FAILED Processes were left behind:', ...left.map((one) => `  ${one}`)] : []
  const files = runs.map((parts) => parts.flatMap((part) => part.files))
  lines.push('The slowest files:', ...slowest(files.flat()))
  if (times > 1) lines.push(...describeUnsteady(unsteady(files), times))
  const { passed, failed } = total([...runs.flat(), { passed: 0, failed: left.length > 0 ? 1 : 0 }])
  const summary = `${passed} passed, ${failed} failed`
  writeFileSync(join(results, 'summary'), `${summary}\n`)
  process.stdout.write(`${[...lines, summary].join('\n')}\n`)
  return failed > 0 ? 1 : 0
}

/** The parts end at once; what they started separately, such as regions, gets time to shut down. */
function interrupt(name) {
  interrupted.abort(name)
  endGroups()
  void endMarked([run])
}

function readRepeat(args) {
  try {
    return repeatOf(args)
  } catch (error) {
    throw new SetupError(error.message)
  }
}
