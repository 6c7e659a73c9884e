import { join } from 'node:path'
import { type LocalSettings, readSettings } from '../../local/settings.ts'

/** Where the region of the end-to-end tests lives: apart from the one that a person works with. */
export function liveSettings(): LocalSettings {
  const own = readSettings()
  const state = join(own.repository, '.nanofleet', 'test-stage')
  return { ...own, state, port: 4766, gatewayPort: 8280 }
}
