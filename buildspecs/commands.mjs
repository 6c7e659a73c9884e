// @ts-check
import { spawn } from 'node:child_process'
import { BuildFailure } from './failure.mjs'
import { programEnvironment } from './settings.mjs'

/**
 * @typedef {object} Command
 * @property {string} program
 * @property {string[]} args
 * @property {Record<string, string>} [env] variables besides those of the build
 * @property {string} [cwd]
 * @property {boolean} [quiet] its output is only returned
 *
 * @typedef {(command: Command) => Promise<string>} Run runs a program and returns its output
 */

/** A program ended with a status other than 0. */
export class FailedCommand extends BuildFailure {
  /**
   * @param {string} message
   * @param {string} output what the program printed
   */
  constructor(message, output) {
    super(message)
    this.output = output
  }
}

/**
 * Runs a program, shows its output and returns it.
 * @param {Command} command
 * @param {AbortSignal} [signal] ends the program
 * @returns {Promise<string>}
 * @throws {FailedCommand} when it ends with another status than 0, {BuildFailure} when it cannot be started
 */
export function runProgram({ program, args, env = {}, cwd, quiet = false }, signal) {
  return new Promise((resolve, reject) => {
    const stdio = /** @type {const} */ (['ignore', 'pipe', 'pipe'])
    const child = spawn(program, args, { stdio: [...stdio], env: programEnvironment(env), cwd, signal })
    let output = ''
    /** @param {NodeJS.WriteStream} target */
    const showOn = (target) => (/** @type {Buffer} */ chunk) => {
      output += chunk.toString()
      if (!quiet) target.write(chunk)
    }
    child.stdout.on('data', showOn(process.stdout))
    child.stderr.on('data', showOn(process.stderr))
    child.on('error', (cause) => {
      if (signal?.aborted) reject(cause)
      else reject(new BuildFailure(`the program ${program} cannot be started; install it`, { cause }))
    })
    child.on('close', (code) => {
      if (code === 0) resolve(output)
      else
        reject(
          new FailedCommand(`${program} ${args.slice(0, 2).join(' ')} ended with status ${code}`, output),
        )
    })
  })
}
