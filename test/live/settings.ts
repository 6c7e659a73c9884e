import { join } from 'node:path'
import { type LocalSettings, readSettings } from '../../local/settings.ts'

/**
 * Where the end-to-end tests' region lives: separate from the one that people use. Each lane (see
 * scripts/lib/lanes.mjs) has its own, with its own preferred ports and addresses.
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
