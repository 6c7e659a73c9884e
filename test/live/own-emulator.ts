import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { regionPart, start } from '../../local/parts.ts'
import { freePort } from '../../local/ports.ts'
import { terminate } from '../../local/process.ts'
import { readSettings, requireInstalled } from '../../local/settings.ts'

/** An emulator without a stage, for one suite alone. */
export interface OwnEmulator {
  /** For clients of any service. */
  client: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } }
  stop(): Promise<void>
}

/** Starts the emulator of local regions, in less than a second, with nothing in it. */
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
  const record = await start(regionPart(settings, place), settings, async () => {})
  return {
    client: {
      endpoint: `http://127.0.0.1:${place.port}`,
      region: settings.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    stop: async () => {
      await terminate(record, 5000)
      await rm(state, { recursive: true, force: true })
    },
  }
}
