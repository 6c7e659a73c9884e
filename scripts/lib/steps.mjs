import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isDone } from './due.mjs'
import { logFile } from './places.mjs'

/**
 * Runs the steps in order and says what happens, why and how long it takes. A step is
 * `{title, why, lasts, stamp, key, work}`: it is skipped when the file `stamp` contains `key`, which is
 * written after `work` has succeeded, so an interrupted step is repeated.
 */
export async function runSteps(steps, say = print) {
  const due = steps.filter((step) => !isDone(step))
  if (due.length === 0) return
  mkdirSync(dirname(logFile), { recursive: true })
  say(`Set-up, log: ${logFile}`)
  for (const step of due) {
    const label = `[${steps.indexOf(step) + 1}/${steps.length}] ${step.title}`
    say(`${label}, ${step.lasts}, once: ${step.why}`)
    appendFileSync(logFile, `\n=== ${new Date().toISOString()} ${label}\n`)
    const started = Date.now()
    try {
      await step.work()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new SetupError(`${label} failed: ${reason}\nThe whole log: ${logFile}`)
    }
    mkdirSync(dirname(step.stamp), { recursive: true })
    writeFileSync(step.stamp, `${step.key}\n`)
    say(`${label}: done in ${Math.round((Date.now() - started) / 1000)} s`)
  }
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`)
}

/** A problem that the person at the terminal can fix; shown without a stack trace. */
export class SetupError extends Error {
  name = 'SetupError'
}

/** Runs an entry script: returns its exit code, or 1 after one message when set-up cannot continue. */
export async function runScript(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
