import { setTimeout as sleep } from 'node:timers/promises'
import { TAG } from '../../../core/base/names.ts'
import { change, launch } from '../changes.ts'
import { parameter } from '../definitions.ts'
import type { Change } from '../happenings.ts'
import { type Machine, truth } from '../lagging-ec2.ts'
import { definition } from './claims.ts'
import { now } from './clock.ts'
import type { Functions } from './functions.ts'
import type { LiveWorld } from './live-world.ts'
import type { Step } from './plan.ts'
import type { Servers } from './servers.ts'

/** The most running instances, so that a DNS answer fits into a datagram. */
const FLEET = 24
/** How many milliseconds an instance must have been due before it is told to go. */
const SETTLED_MS = 1000
/** Milliseconds until what a server brought back has been repaired; until then no instance is told to go. */
const RECONCILED_MS = 7000

/** Plays the steps of a plan on the world and the cluster. */
export class Player {
  readonly counts = { happenings: 0, launches: 0, departures: 0, kills: 0 }
  readonly #world: LiveWorld
  readonly #functions: Functions
  readonly #servers: Servers
  readonly #returns: Promise<void>[] = []

  constructor(world: LiveWorld, functions: Functions, servers: Servers) {
    this.#world = world
    this.#functions = functions
    this.#servers = servers
  }

  async play(steps: Step[]): Promise<void> {
    let begin = now()
    for (const step of steps) {
      await sleep(Math.max(0, begin + step.at - now()))
      if (step.do === 'kill') begin += await this.#servers.whole()
      await this.#do(step)
    }
    await Promise.all(this.#returns)
  }

  async #do(step: Step): Promise<void> {
    const world = this.#world
    this.counts.happenings++
    world.write(JSON.stringify(step))
    switch (step.do) {
      case 'launch':
        if (running(world.services).length + step.count > FLEET) return
        this.counts.launches += step.count
        await launch(world, step)
        return world.changed()
      case 'change':
        return await this.#change(step.to, step.pick, step.event)
      case 'define':
        world.define(parameter(step.service), definition(step.service, step.form))
        world.changed()
        // Parameter Store's event itself starts a round (resources/registration.yml).
        if (!step.lost) void this.#functions.reconcile()
        return
      case 'reconcile':
        void this.#functions.reconcile()
        return
      case 'kill':
        this.counts.kills++
        return await this.#servers.kill(step.who, step.pick)
      case 'return':
        this.#returns.push(this.#servers.revive())
    }
  }

  async #change(to: Change, pick: number, event: 'lost' | 'once' | 'twice' | 'at once'): Promise<void> {
    const world = this.#world
    const able = world.services.filter((each) => this.#able(each, to))
    const machine = able[Math.floor(pick * able.length)]
    // Nobody can act on a lost order to go.
    if (!machine || (to === 'drain' && event === 'lost')) return
    if (to === 'terminate' || to === 'drain') this.counts.departures++
    const which = world.services.indexOf(machine)
    await change(world, { do: 'change', which, to, event })
    world.changed()
  }

  #able(machine: Machine, to: Change): boolean {
    const { state, tags } = truth(machine)
    if (to === 'run') return state === 'pending' || state === 'stopped'
    if (to === 'forget') return state === 'terminated'
    if (state !== 'running' || this.#world.told.has(machine.id)) return false
    // An instance without tags belongs to nobody: an order about it is ignored (docs/registration.md).
    if (to === 'drain' && !tags[TAG.kind]) return false
    if (to === 'drain')
      return this.#world.ledger.owedFor(machine.id, now()) > SETTLED_MS && this.#servers.allFor(RECONCILED_MS)
    return to === 'tag' ? !tags[TAG.kind] : true
  }
}

const running = (machines: Machine[]): Machine[] =>
  machines.filter((machine) => truth(machine).state === 'running')
