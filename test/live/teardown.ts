import { ServiceFailure } from '../../core/base/errors.ts'
import { down } from '../../local/supervisor.ts'
import { processesOf } from './processes.ts'
import { liveSettings } from './settings.ts'

/**
 * Stops the end-to-end tests' region when the run ends early or was partial; no process of it may be left.
 */
export default async function stopLiveRegion(): Promise<void> {
  const settings = liveSettings()
  await down(settings)
  const left = (await processesOf(settings.state)).map(({ pid, command }) => `  ${pid} ${command}`)
  if (left.length > 0)
    throw new ServiceFailure(`Processes of the stopped region are left:\n${left.join('\n')}`)
}
