import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { WriteStream } from 'node:fs'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NotFound } from '../core/base/errors.ts'
import { exclusively } from './record.ts'
import { modulesAbove } from './root.ts'
import type { LocalSettings } from './settings.ts'

/** Milliseconds for those that came before: a packaging takes 10 to 30 s. */
const PATIENCE = 10 * 60_000

interface ServerlessOptions {
  environment?: Record<string, string>
  all?: NodeJS.ProcessEnv
  log: WriteStream | 'inherit'
}

/**
 * Runs `serverless` when no other one runs with these files of Nanofleet: each empties and fills
 * `.serverless` and `.esbuild`.
 * @param environment what it gets besides the region's; or, as `all`, all that it gets
 * @returns its exit code
 * @throws {NotFound} when it is not installed
 */
export async function runServerless(
  args: string[],
  settings: LocalSettings,
  { environment = {}, all, log }: ServerlessOptions,
): Promise<number | null> {
  const { repository } = settings
  const program = modulesAbove(repository)
    .map((folder) => join(folder, '.bin', 'serverless'))
    .find((file) => existsSync(file))
  if (program === undefined)
    throw new NotFound(`${repository}: serverless is not installed; run "npm install"`)
  const work = async (): Promise<number | null> => {
    const child = spawn(settings.node, [program, ...args], {
      cwd: repository,
      env: all ?? { ...settings.environment, NANOFLEET_ROOT: settings.root, ...environment },
      stdio: ['ignore', log, log],
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    return code
  }
  return await exclusively(join(repository, '.nanofleet', 'serverless'), work, PATIENCE)
}
