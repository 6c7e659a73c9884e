import { join } from 'node:path'
import { type LocalSettings, readSettings } from '../../../local/settings.ts'

/** The region of the measurements, apart from the ones that people and tests work with: it is reset before and after. */
export function benchSettings(): LocalSettings {
  const usual = readSettings()
  return { ...usual, state: join(usual.repository, '.nanofleet', 'bench') }
}
