import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { readSettings } from '../../local/settings.ts'

const run = promisify(execFile)
const { node, repository: cwd, environment: env } = readSettings()

/** The words that bash offers at the end of a line, after it has read the script. */
async function offered(line: string): Promise<string[]> {
  const { stdout: script } = await run(node, ['cli/nanofleet.mjs', 'completion', 'bash'], { cwd, env })
  const steps = [
    script,
    'COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))',
    'eval "$(complete -p nanofleet | sed "s/.*-F \\([^ ]*\\).*/\\1/")"',
    // Each word on a line of its own.
    'declare -p COMPREPLY | grep -o \'"[^"]*"\' | tr -d \'"\'',
  ]
  const words = line.split(' ')
  const { stdout } = await run('bash', ['--norc', '-c', steps.join('\n'), 'bash', ...words], { cwd, env })
  return stdout.split('\n').filter(Boolean)
}

describe('bash', () => {
  it.each([
    ['nanofleet sca', ['scale']],
    ['nanofleet local ', ['up', 'down', 'status', 'env', 'reset', 'help']],
    ['nanofleet scale boutique front', ['frontend']],
    ['nanofleet deploy web --no-', ['--no-push', '--no-wait']],
    ['nanofleet frobnicate ', []],
  ])(
    'completes "%s" with %j',
    async (line, words) => {
      expect(await offered(line)).toEqual(words)
    },
    60_000,
  )
})

describe('the command file', () => {
  it('starts the command line in the Node that runs it', async () => {
    const { stdout } = await run(node, ['cli/nanofleet.mjs', '--version'], { cwd, env })
    const { stdout: version } = await run(node, ['--version'], { env })
    expect(stdout.trim()).toMatch(/^nanofleet \d+\.\d+\.\d+, Node /)
    expect(stdout.trim().endsWith(`Node ${version.trim().slice(1)}`)).toBe(true)
  }, 60_000)
})
