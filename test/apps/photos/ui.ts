import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { somePort } from '../../live/port.ts'

/** A running page: the process of `apps/photos/ui` and where it listens. */
export interface RunningUi {
  url: string
  process: ChildProcess
  stop(): Promise<void>
}

/**
 * Starts the page with a key-value store that says where `master` is.
 * @param store `host:port`
 * @param port a free one by default
 */
export async function startUi(store: string, port?: string): Promise<RunningUi> {
  port ??= String(await somePort())
  const child = spawn(process.execPath, ['apps/photos/ui/main.ts', store], {
    env: {
      PATH: process.env.PATH,
      PORT: port,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.stdout) await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  if (child.exitCode !== null)
    throw new Error(`the page ended with code ${child.exitCode} before it listened`)
  return {
    url: `http://127.0.0.1:${port}`,
    process: child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
