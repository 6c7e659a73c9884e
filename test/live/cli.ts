import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { liveSettings } from './settings.ts'

/** What a command printed and how it ended. */
export interface Said {
  code: number | null
  out: string
  err: string
}

/** A `nanofleet` command under way, on the stage of the end-to-end tests. */
export class Command {
  readonly child: ChildProcess
  #out = ''
  #err = ''
  readonly #closed: Promise<unknown>

  constructor(args: string[], environment: Record<string, string> = {}, input?: string) {
    const settings = liveSettings()
    this.child = spawn(settings.node, [join(settings.repository, 'cli/main.ts'), ...args], {
      cwd: settings.repository,
      env: { ...settings.environment, NANOFLEET_STATE: settings.state, ...environment },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    this.child.stdin?.end(input)
    this.child.stdout?.on('data', (chunk) => {
      this.#out += chunk
    })
    this.child.stderr?.on('data', (chunk) => {
      this.#err += chunk
    })
    this.#closed = once(this.child, 'close')
  }

  get said(): Said {
    return { code: this.child.exitCode, out: this.#out, err: this.#err }
  }

  /** Its result when it is over; it is stopped after `seconds`. */
  async end(seconds = 60): Promise<Said> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), seconds * 1000)
    await this.#closed
    clearTimeout(timer)
    return this.said
  }
}

/** Runs `nanofleet` with these arguments to its end. */
export const nanofleet = (...args: string[]): Promise<Said> => new Command(args).end()

/** The same, with something on standard input. */
export const withInput = (input: string, ...args: string[]): Promise<Said> =>
  new Command(args, {}, input).end(180)

/**
 * What `nanofleet` prints as JSON.
 * @throws Error with what it said if it fails
 */
export async function nanofleetJson(...args: string[]): Promise<unknown> {
  const { code, out, err } = await nanofleet(...args, '--json')
  if (code !== 0) throw new Error(`nanofleet ${args.join(' ')} ended with ${code}: ${err}`)
  return JSON.parse(out)
}
