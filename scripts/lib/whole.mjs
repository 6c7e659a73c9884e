import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { capture } from './jobs.mjs'
import { lanes, lanesOf, realFiles } from './lanes.mjs'
import { programs } from './places.mjs'
import { checks, goTests, jest, pytest } from './runners.mjs'
import { schedule } from './schedule.mjs'

/**
 * How many lanes run at once. They mostly wait for a fleet to change, so two cores can run more than two of
 * them, plus one job at a time that computes.
 */
const WIDTH = 4

const WORKERS = String(availableParallelism() + 1)

/** The tests of the Consul servers and those of the local region mostly wait, as a lane does. */
const OTHERS = [
  { name: 'go', seconds: 300, run: goTests },
  { name: 'pytest', seconds: 250, run: pytest },
]

/** Jobs that compute all the time, the longest first. */
const COMPUTING = [
  { name: 'checks', seconds: 60, run: checks },
  { name: 'quick', seconds: 50, run: (folder, hear) => quick(folder, [], { hear }) },
]

/** The tests that need nothing but Node: one more at a time than there are cores, as some wait. */
export const quick = (folder, args, options) =>
  jest(folder, 'quick', ['--selectProjects', 'quick', `--maxWorkers=${WORKERS}`, ...args], options)

/** Tests of real parts chosen by Jest's arguments, one after the other in one region. */
export const real = (folder, args, options) =>
  jest(folder, 'real', ['--selectProjects', 'real', '--runInBand', ...args], options)

/**
 * Runs everything; each part's report goes to `<folder>/<part>.log`.
 * @returns `{passed, failed, files}` of each part
 */
export async function whole(folder, signal) {
  const part = ({ name, seconds, run }) => {
    const log = join(folder, `${name}.log`)
    const hear = (text) => {
      appendFileSync(log, text)
      for (const line of text.split('\n')) if (/^(PASS|FAIL) /.test(line)) say(`       ${name}: ${line}`)
    }
    return { name, seconds, log, work: () => run(folder, hear) }
  }
  const shared = await consul(folder)
  const all = lanesOf(realFiles()).map((lane) => ({ ...lane, run: inLane(lane, shared) }))
  const options = { signal, done: (outcome) => signal.aborted || tell(outcome) }
  const beside = await Promise.all([
    schedule([...all.filter(({ calm }) => !calm), ...OTHERS].map(part), WIDTH, options),
    schedule(COMPUTING.map(part), 1, options),
  ])
  const calm = await schedule(all.filter(({ calm }) => calm).map(part), 1, options)
  return [...beside.flat(), ...calm]
}

/**
 * Compiles Consul once; otherwise each file that needs it would have Go check whether its program is up to
 * date.
 */
async function consul(folder) {
  const out = join(folder, 'consul')
  const source = join('apps', 'platform', 'consul')
  const args = [join('buildspecs', 'compile.mjs'), source, out]
  const { code } = await capture('node', args, { NANOFLEET_PROGRAMS: programs })
  return code === 0 ? { NANOFLEET_CONSUL: join(out, 'program') } : {}
}

/** Each lane has a number, which gives its region its own folder, ports and addresses. */
function inLane({ name, own, env: settings = {} }, shared) {
  const number = 1 + lanes.findIndex((lane) => lane.name === name)
  const env = { ...shared, ...settings, NANOFLEET_TEST_LANE: String(number) }
  const how = ['--selectProjects', 'real', '--runInBand', '--runTestsByPath', ...own]
  return (folder, hear) => jest(folder, name, how, { env, hear })
}

function tell({ job, passed, failed, seconds, problem }) {
  say(
    `${failed === 0 ? 'ok    ' : 'FAILED'} ${job.name}: ${passed} passed, ${failed} failed (${seconds.toFixed(1)} s)`,
  )
  if (problem) say(String(problem.stack))
  if (failed > 0 && existsSync(job.log)) say(readFileSync(job.log, 'utf8').trimEnd().replace(/^/gm, '    '))
}

const say = (line) => process.stdout.write(`${line}\n`)
