import { copyFile } from 'node:fs/promises'
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

/**
 * Measures on its own stage, with a control plane and no app yet. Nothing of it is left afterwards but the
 * log of a measurement that failed.
 */
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
  } catch (error) {
    await keepLog(settings).catch((problem: Error) => progress.note(problem.message))
    throw error
  } finally {
    await reset(settings)
  }
}

async function keepLog({ state, repository }: LocalSettings): Promise<void> {
  const kept = join(repository, '.nanofleet', 'bench.log')
  await copyFile(join(state, 'region.log'), kept)
  progress.note(`the region's log is kept in ${kept}`)
}
