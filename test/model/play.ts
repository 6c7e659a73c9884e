import { change, launch } from './changes.ts'
import { definition, parameter } from './definitions.ts'
import type { Happening } from './happenings.ts'
import type { Rules } from './rules.ts'
import { changeServers, plantForeign, spreadWord } from './server-changes.ts'
import { World } from './world.ts'

/** The most seconds that Lambda lets a round work (resources/functions/registration.yml). */
const TIMEOUT_SECONDS = 55

/** Plays a history: each thing that happens takes a second. */
export class Play {
  readonly world: World

  constructor(code: Rules) {
    this.world = new World(code)
    this.world.launchServer()
    for (const service of [0, 1, 2]) this.world.define(parameter(service), definition(service, 'same'))
    const [server] = this.world.servers
    if (server) plantForeign(this.world, server)
  }

  async step(next: Happening): Promise<void> {
    const { world } = this
    world.now += 1
    for (const flight of world.flights) if (world.now - flight.start > TIMEOUT_SECONDS) flight.cut()
    world.flights = world.flights.filter(({ over }) => !over)
    switch (next.do) {
      case 'launch':
        return await launch(world, next)
      case 'change':
        return await change(world, next)
      case 'define':
        return world.define(parameter(next.service), definition(next.service, next.form))
      case 'server':
        return await changeServers(world, next)
      case 'deliver':
        return await world.deliver(take(world.queue, next.count, next.seed), next.open)
      case 'reconcile':
        await world.reconcile(next.open)
        return
      case 'overtake':
        return await this.#overtake(next)
      case 'step':
        await this.#go(next)
        return
      case 'cut':
        for (const flight of world.flights.splice(next.which % Math.max(1, world.flights.length), 1))
          flight.cut()
        return
      case 'checks':
        return world.runChecks()
      case 'wait':
        world.now += next.seconds
        return
      case 'lag':
        world.ec2.lag = next.seconds
        world.longestLag = Math.max(world.longestLag, next.seconds)
        return
      case 'fail':
        world.now += next.after
        world.fault = { what: next.what, skip: next.skip, times: next.times }
        if (next.round) await world.reconcile(false)
        return
      case 'blind':
        return await this.#blind(next)
      case 'word':
        return await spreadWord(world, next)
      case 'leader':
        world.catalog.leader = next.up
    }
  }

  async #blind({ seed, after, rounds, apart }: Extract<Happening, { do: 'blind' }>): Promise<void> {
    const { world } = this
    world.now += after
    const hidden = world.services.filter((_, index) => (index * 31 + seed) % 3 <= seed % 4)
    world.ec2.hidden = new Set(hidden.map(({ id }) => id))
    for (let round = 0; round < rounds; round++) {
      await world.reconcile(false)
      world.now += apart
    }
    world.ec2.hidden = new Set()
  }

  async #overtake({ calls, meanwhile, end }: Extract<Happening, { do: 'overtake' }>): Promise<void> {
    const { world } = this
    await world.reconcile(true)
    const flight = world.flights.at(-1)
    for (let call = 0; call < calls; call++) await flight?.step(call * 7)
    await this.step(meanwhile)
    if (end === 'cut') flight?.cut()
    if (end === 'finish') await flight?.finish()
    world.flights = world.flights.filter(({ over }) => !over)
  }

  /** Lets one of the running rounds make this many calls. */
  async #go({ seed, times }: Extract<Happening, { do: 'step' }>): Promise<void> {
    const { world } = this
    const flight = world.flights[seed % Math.max(1, world.flights.length)]
    for (let time = 0; time < times; time++) await flight?.step(seed + time * 7)
    world.flights = world.flights.filter(({ over }) => !over)
  }
}

/** Takes some messages out of the queue, in any order. */
function take(queue: string[], count: number, seed: number): string[] {
  const taken: string[] = []
  for (let index = 0; index < count && queue.length > 0; index++)
    taken.push(...queue.splice((seed * 13 + index * 5) % queue.length, 1))
  return taken
}
