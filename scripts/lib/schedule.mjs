/**
 * @typedef {object} Job
 * @property {string} name
 * @property {number} seconds how long it takes, roughly
 * @property {() => Promise<{passed: number, failed: number, files: object[]}>} work counts as one failure if
 *   it throws
 */

/**
 * Runs jobs, at most `width` at a time, the longest first.
 * @param {Job[]} jobs
 * @param {number} width
 * @param {object} [options]
 * @param {(job: Job) => void} [options.began]
 * @param {(outcome: {job: Job, passed: number, failed: number, files: object[], seconds: number, problem?:
 * Error}) => void} [options.done]
 * @param {AbortSignal} [options.signal] once aborted, no further job starts
 * @returns what `done` got, in the order in which the jobs ended
 */
export async function schedule(jobs, width, { began, done, signal } = {}) {
  const waiting = [...jobs].sort((one, other) => other.seconds - one.seconds)
  const over = []
  const worker = async () => {
    for (let job = waiting.shift(); job && !signal?.aborted; job = waiting.shift()) {
      began?.(job)
      const result = await outcome(job)
      over.push(result)
      done?.(result)
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  return over
}

async function outcome(job) {
  const began = Date.now()
  const nothing = { passed: 0, failed: 1, files: [] }
  const result = await job.work().catch((problem) => ({ ...nothing, problem }))
  return { job, seconds: (Date.now() - began) / 1000, ...result }
}
