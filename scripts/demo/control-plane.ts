import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ServiceFailure } from '../../core/base/errors.ts'
import { runServerless } from '../../local/serverless.ts'
import { readSettings } from '../../local/settings.ts'

/**
 * Runs `serverless deploy --stage local`, its output in a log file.
 * @throws ServiceFailure with the last lines when it fails
 */
export async function deployControlPlane(settings = readSettings()): Promise<void> {
  const file = join(settings.state, 'serverless.log')
  const log = createWriteStream(file)
  await once(log, 'open')
  // How often it looks at the stack's progress, in ms: 5 s by default, for AWS's sake.
  const environment = {
    ...settings.tuning,
    NANOFLEET_STATE: settings.state,
    SLS_AWS_MONITORING_FREQUENCY: '500',
  }
  const code = await runServerless(['deploy', '--stage', 'local'], settings, { environment, log })
  log.close()
  if (code === 0) return
  const last = (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-12).join('\n')
  throw new ServiceFailure(`serverless deploy failed; the whole log is in ${file}:\n${last}`)
}
