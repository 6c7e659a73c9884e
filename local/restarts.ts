import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readJson } from './json-file.ts'

/** What the region's guard started again since `local up`; it writes the file, local/region/keeping. */
export interface Restart {
  count: number
  /** When the part last ended, and with what. */
  at: string
  why: string
  /** Set when it ended too often and stays down. */
  gaveUp?: string
}

export type Restarts = Partial<Record<'region' | 'gateway', Restart>>

const file = (state: string): string => join(state, 'restarts.json')

export const readRestarts = async (state: string): Promise<Restarts> => (await readJson(file(state))) ?? {}

export const forgetRestarts = (state: string): Promise<void> => rm(file(state), { force: true })

/** One sentence about a part, empty when it was never started again. */
export function told(restart: Restart | undefined): string {
  if (!restart) return ''
  const { count, at, why, gaveUp } = restart
  const times = count === 1 ? 'once' : `${count} times`
  if (gaveUp) return `stays down: ${gaveUp}, last at ${at} with ${why}; start it with "nanofleet local up"`
  return `started again ${times}, last at ${at}: it ended with ${why}`
}
