// @ts-check
/**
 * Gives a program of Node the arguments of a job, and reports its exit code when it ends. Every image with a
 * program of Node has it; only the user data of a job names it (`NODE_OPTIONS=--import=…`), so that a service
 * never loads it. No file of the image may be needed, and nothing may be started: a unikernel is one process.
 */
import { isMainThread, Worker } from 'node:worker_threads'

const { NANOFLEET_JOB_ARGS: given, NANOFLEET_JOB_RESULT: place } = process.env

/** Longer than three attempts. */
const PATIENCE_MS = 20_000

/**
 * Sends the report from a thread of its own: when a program ends, its own loop runs no more. `shared` holds
 * what to do (0 wait, 1 report, 2 done, 3 failed) and the exit code.
 */
const REPORTER = `
const { workerData: { shared, place } } = require('node:worker_threads')
Atomics.wait(shared, 0, 0)
const body = JSON.stringify({ exitCode: shared[1] })
const attempt = async (left) => {
  try {
    const answer = await fetch(place, { method: 'PUT', body, signal: AbortSignal.timeout(5000) })
    if (answer.ok) return 2
    process._rawDebug('[nanofleet] the exit code is not taken: HTTP ' + answer.status)
    if (answer.status < 500) return 3
  } catch (error) {
    process._rawDebug('[nanofleet] the exit code cannot be reported: ' + (error.cause?.message ?? error.message))
  }
  if (left === 0) return 3
  await new Promise((done) => setTimeout(done, 1000))
  return attempt(left - 1)
}
attempt(2).then((state) => {
  Atomics.store(shared, 0, state)
  Atomics.notify(shared, 0)
})
`

if (isMainThread && given !== undefined) process.argv.push(...JSON.parse(given))
if (isMainThread && place) {
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const reporter = new Worker(REPORTER, { eval: true, workerData: { shared, place }, argv: [] })
  reporter.unref()
  process.once('exit', (code) => {
    Atomics.store(shared, 1, Number(code) & 255)
    Atomics.store(shared, 0, 1)
    Atomics.notify(shared, 0)
    Atomics.wait(shared, 0, 1, PATIENCE_MS)
  })
}
