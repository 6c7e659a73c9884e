import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { WriteStream } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from '../../local/record.ts'
import type { LocalSettings } from '../../local/settings.ts'

/** Milliseconds for those that came before: a packaging takes 10 to 30 s. */
const PATIENCE = 10 * 60_000

/**
 * Runs `serverless` when no other one runs in this checkout: each empties and fills `.serverless` and
 * `.esbuild`.
 * @returns its exit code
 */
export async function runServerless(
  args: string[],
  settings: LocalSettings,
  { environment = {}, log }: { environment?: Record<string, string>; log: WriteStream | 'inherit' },
): Promise<number | null> {
  const { repository } = settings
  const program = join(repository, 'node_modules', '.bin', 'serverless')
  const work = async (): Promise<number | null> => {
    const child = spawn(settings.node, [program, ...args], {
      cwd: repository,
      env: { ...settings.environment, ...environment },
      stdio: ['ignore', log, log],
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    return code
  }
  return await exclusively(join(repository, '.nanofleet', 'serverless'), work, PATIENCE)
}
