import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../../cli/context.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import { sample } from '../support/seeded.ts'
import { regionOf } from './stage.ts'

/** One instance that was killed. */
export interface Kill {
  service: string
  instanceId: string
  /** Seconds since the first one. */
  at: number
}

/** Services to kill in turn: each of them at least once, in an order that only the seed decides. */
export function killPlan(seed: number, services: readonly string[], kills: number): string[] {
  const more = Array.from({ length: Math.ceil(kills / services.length) }, () => services).flat()
  return sample([...services, ...sample(more, kills - services.length, seed)], kills, seed + 1)
}

/**
 * Kills one instance's process after another without warning, about every `seconds`, even the last one of its
 * service; if there is none at that moment it waits for a new one.
 */
export async function killInTurn(
  context: Context,
  app: string,
  random: () => number,
  plan: readonly string[],
  seconds: number,
): Promise<Kill[]> {
  const began = Date.now()
  const done: Kill[] = []
  for (const service of plan) {
    await sleep(seconds * 1000 * (0.6 + 0.8 * random()))
    const instanceId = await killOne(context, app, service, random())
    done.push({ service, instanceId, at: (Date.now() - began) / 1000 })
  }
  return done
}

/** Kills one instance of a service. @param choice from 0 up to 1, chooses it @returns its id */
export async function killOne(
  context: Context,
  app: string,
  service: string,
  choice: number,
): Promise<string> {
  const region = regionOf(context)
  const deadline = Date.now() + 30_000
  for (;;) {
    const alive = (await serviceInstances(region, app, service)).filter(({ pid }) => pid !== null)
    const victim = alive[Math.floor(choice * alive.length)]
    if (victim?.pid && kill(victim.pid)) return victim.instanceId
    if (Date.now() > deadline) throw new Error(`${service} has had no instance to kill for 30 s`)
    await sleep(200)
  }
}

/** False for a process that has ended by itself since the region was asked. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}
