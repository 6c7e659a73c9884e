import { spawn } from 'node:child_process'
import { environment, repository } from './places.mjs'

const running = new Set()

/**
 * Runs a command as its own process group, which `endGroups` ends with everything it has started.
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {Record<string, string>} [options.env] added to the environment of everything that set-up starts
 * @param {(text: string) => void} [options.hear] gets its output, piece by piece; by default it goes to this
 *   terminal
 * @param {boolean} [options.quiet] drops its standard output
 * @returns {Promise<number>} its exit code
 */
export function inGroup(command, args, { env = {}, hear, quiet = false } = {}) {
  const said = hear ? 'pipe' : 'inherit'
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: repository,
      env: { ...environment(), ...env },
      detached: true,
      stdio: ['ignore', quiet ? 'ignore' : said, said],
    })
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', hear)
    child.once('error', reject)
    running.add(child)
    const over = (code) => {
      running.delete(child)
      resolve(code ?? 1)
    }
    child.once('close', over)
    // Processes that it left behind may keep its output open.
    child.once('exit', (code) => setTimeout(over, 2000, code).unref())
  })
}

/** Kills every group that is still running. */
export function endGroups() {
  for (const child of running) {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }
}
