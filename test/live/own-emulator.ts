import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { regionPart, start } from '../../local/parts.ts'
import { freePort } from '../../local/ports.ts'
import { terminate } from '../../local/process.ts'
import { type RootKey, rootKey } from '../../local/root-key.ts'
import { readSettings, requireInstalled } from '../../local/settings.ts'

/** An emulator without a stage, just for one suite. */
export interface OwnEmulator {
  /** Settings for clients of any service. */
  client: { endpoint: string; region: string; credentials: RootKey }
  stop(): Promise<void>
}

/** Starts an empty emulator, as in local regions, in less than a second. */
export async function ownEmulator(): Promise<OwnEmulator> {
  const state = await mkdtemp(join(tmpdir(), 'nanofleet-emulator-'))
  const settings = { ...readSettings(), state }
  requireInstalled(settings)
  const place = {
    // From a place of its own on: another one may be about to take the same free port.
    port: await freePort(20_100 + Math.floor(Math.random() * 800)),
    gatewayPort: 20_000,
    vpcCidr: '127.97.0.0/16',
  }
  const credentials = await rootKey(state)
  const record = await start(regionPart(settings, place), settings, async () => {})
  return {
    client: {
      endpoint: `http://127.0.0.1:${place.port}`,
      region: settings.region,
      credentials,
    },
    stop: async () => {
      await terminate(record, 5000)
      await rm(state, { recursive: true, force: true })
    },
  }
}
