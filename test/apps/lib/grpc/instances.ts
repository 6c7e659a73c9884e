import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const PRELOAD = resolve('local/preload/node.mjs')
const PROGRAM = fileURLToPath(new URL('./echo-service.ts', import.meta.url))

/** A running instance with its own loopback address, as in the local region. */
export class Instance {
  readonly host: string
  readonly process: ChildProcess
  output = ''

  private constructor(host: string, process: ChildProcess) {
    this.host = host
    this.process = process
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text
      })
    }
  }

  /** Resolves when it listens; its answers carry its address as its name. */
  static async start(host: string, port: number, settings: Record<string, string> = {}): Promise<Instance> {
    const env = { PATH: process.env.PATH, HOST: host, NAME: host, PORT: String(port), ...settings }
    const child = spawn(process.execPath, ['--import', PRELOAD, PROGRAM], { env, stdio: 'pipe' })
    const instance = new Instance(host, child)
    await until(() => /listens on/.test(instance.output) || child.exitCode !== null)
    if (child.exitCode !== null) throw new Error(`the instance ended: ${instance.output}`)
    return instance
  }

  count(line: string): number {
    return this.output.split('\n').filter((one) => one === line).length
  }

  /** Resolves to the exit code. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit')
      this.process.kill(signal)
      await ended
    }
    return this.process.exitCode
  }
}

/** Polls for at most 10 s. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await isSo()); await pause(20)) {
    if (Date.now() > end) throw new Error(`waited 10 s for: ${isSo}`)
  }
}
