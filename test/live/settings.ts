import { join } from 'node:path'
import { type LocalSettings, readSettings } from '../../local/settings.ts'

/**
 * Where the region of the end-to-end tests lives: apart from the one that a person works with, and each
 * lane's (see scripts/lib/lanes.mjs) apart from the others', also in the ports and addresses that it asks
 * for.
 */
export function liveSettings(environment: NodeJS.ProcessEnv = process.env): LocalSettings {
  const own = readSettings()
  const lane = Number(environment.NANOFLEET_TEST_LANE ?? 0)
  return {
    ...own,
    state: join(own.repository, '.nanofleet', 'stages', `lane-${lane}`),
    port: 4766 + 10 * lane,
    gatewayPort: 8280 + 10 * lane,
    vpcCidr: `127.${80 + lane}.0.0/16`,
  }
}
