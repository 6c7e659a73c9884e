import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { environment, logFile, node24, repository } from './places.mjs'

/** Runs a command with all its output in the set-up log. Throws with the log's last lines when it fails. */
export function logged(command, args, options = {}) {
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'a')
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: repository,
      env: environment(),
      ...options,
      stdio: ['ignore', log, log],
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`${[command, ...args].join(' ')} ended with ${signal ?? code}\n${lastLines(12)}`))
    })
  }).finally(() => closeSync(log))
}

/**
 * Runs a command in this terminal; returns the exit code. Ctrl-C reaches the child, which decides what it
 * means.
 */
export function attached(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: repository, env: environment(), stdio: 'inherit', ...options })
    const leaveToChild = () => {}
    process.on('SIGINT', leaveToChild)
    const passOn = () => child.kill('SIGTERM')
    process.on('SIGTERM', passOn)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      process.off('SIGINT', leaveToChild)
      process.off('SIGTERM', passOn)
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1))
    })
  })
}

/** Standard output of a command; undefined when it fails or does not exist. */
export function output(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: repository,
      env: environment(),
      ...options,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.once('error', () => resolve(undefined))
    child.once('close', (code) => resolve(code === 0 ? text : undefined))
  })
}

/** Runs a TypeScript file of the repository under Node 24; returns the exit code. */
export function runTypeScript(file, args) {
  return attached(existsSync(node24) ? node24 : process.execPath, [join(repository, file), ...args])
}

function lastLines(count) {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
}
