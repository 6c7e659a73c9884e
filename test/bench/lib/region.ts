import { join } from 'node:path'
import { type Context, openContext } from '../../../cli/context.ts'
import { type LocalSettings, readSettings } from '../../../local/settings.ts'
import { reset, up } from '../../../local/supervisor.ts'
import { deployControlPlane } from '../../../scripts/demo/control-plane.ts'
import { progress } from './report.ts'

/** The benchmarks' own region, separate from those of people and tests: it is reset before and after. */
export function benchSettings(): LocalSettings {
  const usual = readSettings()
  return { ...usual, state: join(usual.repository, '.nanofleet', 'bench') }
}

/** Measures on its own stage, with a control plane and no app yet; nothing of it is left afterwards. */
export async function onFreshStage<T>(
  measure: (context: Context, settings: LocalSettings) => Promise<T>,
): Promise<T> {
  const settings = benchSettings()
  await reset(settings)
  try {
    await up(settings)
    progress.note('control plane')
    await deployControlPlane(settings)
    return await measure(await openContext({ stage: 'local' }, {}, settings, progress), settings)
  } finally {
    await reset(settings)
  }
}
