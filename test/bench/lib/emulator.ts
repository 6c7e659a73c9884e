import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { isHealthy } from '../../../local/parts.ts'
import { freePort } from '../../../local/ports.ts'
import type { PrivateApi } from '../../../local/root-key.ts'
import type { LocalSettings } from '../../../local/settings.ts'

/** An emulator that answers at `endpoint` until it is stopped. */
export interface Emulator extends PrivateApi {
  stop(): Promise<void>
}

/** It takes root's word for it. */
const UNCHECKED = { accessKeyId: 'test', secretAccessKey: 'test' }

/** ministack as installed, without our extension, for comparison with the region. */
export async function startBare({ python, node, environment }: LocalSettings): Promise<Emulator> {
  const folder = await mkdtemp(join(tmpdir(), 'nanofleet-bare-'))
  const port = await freePort(4666)
  const child = spawn(python, ['-c', 'from ministack.app import main; main()'], {
    cwd: folder,
    stdio: 'ignore',
    detached: true,
    env: {
      ...environment,
      PATH: `${dirname(node)}:${environment.PATH}`,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_REGION: 'eu-west-1',
      LAMBDA_EXECUTOR: 'local',
      LOG_LEVEL: 'INFO',
      TMPDIR: folder,
    },
  })
  const { pid } = child
  const exited = once(child, 'exit')
  const stop = async (): Promise<void> => {
    // Its own Lambda workers are in its process group.
    if (pid !== undefined && child.exitCode === null) process.kill(-pid, 'SIGTERM')
    await exited
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const endpoint = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (await isHealthy(`${endpoint}/_ministack/health`)) return { endpoint, credentials: UNCHECKED, stop }
    if (child.exitCode !== null) break
    await sleep(100)
  }
  await stop()
  throw new ServiceFailure('ministack without the extension did not answer within 30 s')
}
