import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Summary } from '../../../apps/boutique/loadgenerator/tally.ts'

/** How many shoppers come, for how long, and with which seed. */
export interface ShopLoad {
  users: number
  seconds: number
  seed: number
}

/**
 * Runs the shop's load generator as a separate program.
 * @returns its summary, even when pages failed
 * @throws Error with its output when it could not run
 */
export async function loadShop(shop: string, { users, seconds, seed }: ShopLoad): Promise<Summary> {
  const options = { url: shop, users, rate: users, duration: `${seconds}s`, seed }
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const command = ['apps/boutique/loadgenerator/main.ts', ...words, '--json']
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (child.exitCode === 0 || (child.exitCode === 1 && out !== '')) return JSON.parse(out) as Summary
  throw new Error(`the load generator ended with ${child.exitCode}: ${err}`)
}
