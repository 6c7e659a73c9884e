import { spawn } from 'node:child_process'
import { environment, repository } from './places.mjs'

/** Runs a command and keeps its output: `{code, output, seconds}`. */
export function capture(command, args, extra = {}) {
  const started = Date.now()
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: repository,
      env: { ...environment(), ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    const end = (code, more = '') =>
      resolve({ code, output: output + more, seconds: (Date.now() - started) / 1000 })
    child.once('error', (error) => end(1, `${command}: ${error.message}\n`))
    child.once('close', (code) => end(code ?? 1))
  })
}

/**
 * Runs `{name, work}` jobs, at most `width` at a time; `work` resolves to `{code, output, seconds}`. Prints
 * each result as it comes, with the output of failed ones. Returns the names of the failed ones.
 */
export async function runJobs(jobs, width, say) {
  const failed = []
  const waiting = [...jobs]
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const { code, output, seconds } = await job.work()
      say(`${code === 0 ? 'ok    ' : 'FAILED'} ${job.name} (${seconds.toFixed(1)} s)`)
      if (code === 0) continue
      failed.push(job.name)
      say(output.trimEnd().replace(/^/gm, '    '))
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  return failed
}
