import type { CatalogEntry, ConsulServer, Registration, ServiceCatalog } from '../../core/base/catalog.ts'
import { TAG } from '../../core/base/names.ts'
import { BadDefinition, parseDefinition } from '../../core/definition/definition.ts'
import { endOf } from '../../core/registration/advice.ts'
import { PROBATION_SECONDS } from '../../core/registration/difference.ts'
import { APART, CAP } from '../../core/registration/held.ts'
import { isDeparture, readHint } from '../../core/registration/hints.ts'
import { isOurs, isUpToDate, registeredAt } from '../../core/registration/registration.ts'
import type { Flight } from './flight.ts'
import { since, type Version } from './lagging-ec2.ts'
import type { Rules } from './rules.ts'
import { type Scene, STAGE } from './scene.ts'

const WATCHED = new Set(['register', 'deregister', 'forget', 'maintenance'])

/**
 * Checks every write when it reaches the catalog: the truth must allow it, no matter who makes it and what
 * else happens.
 */
export class Watch {
  /** Sentences about writes that the truth does not allow. */
  readonly faults: string[] = []
  readonly #world: Scene
  /** When an entry went into maintenance, by entry and reason; seconds. */
  readonly #pauses = new Map<string, number>()
  /** When an entry was written last; seconds. */
  readonly #written = new WeakMap<CatalogEntry, number>()

  constructor(world: Scene) {
    this.#world = world
  }

  /** The catalog as a flight uses it. */
  catalog(
    flight: Flight,
    before: (verb: string) => Promise<void>,
    registerNew: Rules['registerNew'],
  ): ServiceCatalog {
    const { catalog } = this.#world
    return new Proxy(catalog, {
      get: (target, name, watched: ServiceCatalog) => {
        // It is made of the other verbs, and the world goes on between them.
        if (name === 'registerNew')
          return (...args: Parameters<ServiceCatalog['registerNew']>) => registerNew(watched, ...args)
        const verb: unknown = Reflect.get(target, name)
        if (typeof verb !== 'function') return verb
        return async (...args: unknown[]): Promise<unknown> => {
          await before(String(name))
          if (!WATCHED.has(String(name))) return (await verb.apply(target, args)) as unknown
          const there = this.#entries()
          const found = this.#found()
          const of = args[1] as { id: string; reason?: string | null; registration: Registration }
          if (name === 'register') this.#needed(flight, args[0] as ConsulServer, of.registration)
          if (name === 'maintenance' && of.reason === null) this.#returned(flight, of.id, there)
          // The catalog in memory changes before it answers.
          const outcome: unknown = verb.apply(target, args)
          if (name === 'deregister' || name === 'forget') this.#removed(flight, there, found)
          if (name === 'register') this.#registered(flight, of.registration.Meta)
          for (const entry of this.#entries())
            if (!there.includes(entry) || entry.id === of.id) this.#written.set(entry, this.#world.now)
          if (name === 'maintenance' && of.reason != null) this.#paused(of.id, of.reason)
          return await outcome
        }
      },
    })
  }

  #entries(): CatalogEntry[] {
    const { agents } = this.#world.catalog
    return [...agents.values()].flatMap(({ entries }) => [...entries.values()])
  }

  /** Every entry in DNS. */
  #found(): Set<CatalogEntry> {
    const { agents, settling } = this.#world.catalog
    const living = [...agents.values()].filter(({ alive, server }) => alive && !settling.has(server.address))
    const entries = living.flatMap((agent) => [...agent.entries.values()])
    return new Set(entries.filter(({ status }) => status === 'passing'))
  }

  #removed(flight: Flight, before: CatalogEntry[], found: Set<CatalogEntry>): void {
    const left = new Set(this.#entries())
    for (const entry of before.filter((each) => !left.has(each))) {
      if (!isOurs(entry, STAGE)) this.faults.push(`the foreign entry ${entry.id} was removed`)
      const still = this.#world.catalog.found(entry.service).includes(entry.instanceId)
      if (still || !found.has(entry) || !this.#blameless(entry, flight.start)) continue
      // The successor may have died after the flight looked at it.
      if (this.#world.serverLostAt >= flight.start) continue
      if (!this.#mayBeMissed(entry, flight))
        this.faults.push(`${entry.id} was healthy all the time and was removed`)
    }
  }

  /**
   * Did nothing happen to the instance and its definition that an answer from EC2 could have shown this
   * flight?
   */
  #blameless({ instanceId, service }: CatalogEntry, start: number): boolean {
    const versions = this.#versions(instanceId, start)
    const parameter = versions.at(-1)?.tags[TAG.definition] ?? ''
    return (
      !this.#world.told.has(instanceId) &&
      !this.#world.advised.has(instanceId) &&
      versions.length > 0 &&
      versions.every(
        ({ state, tags }, index) =>
          (state === 'running' || (state === 'pending' && index === 0)) &&
          tags[TAG.kind] === 'service' &&
          tags[TAG.definition] === parameter,
      ) &&
      since(this.#world.texts.get(parameter) ?? [], start).every(({ text }) => names(text).includes(service))
    )
  }

  /**
   * Answers that leave out older instances may cost as many of them as the cap allows, and more when two
   * separate rounds got the same answer.
   */
  #mayBeMissed(entry: CatalogEntry, flight: Flight): boolean {
    const { instanceId } = entry
    if (
      !flight.hidden.has(instanceId) ||
      flight.start * 1000 - registeredAt(entry) < PROBATION_SECONDS * 1000
    )
      return false
    flight.missed.add(instanceId)
    const known = new Set(this.#entries().map((each) => each.instanceId)).add(instanceId).size
    if (flight.missed.size <= Math.max(CAP.instances, known * CAP.share)) return true
    return this.#world.blindness.some(
      ({ at, hidden }) =>
        hidden.has(instanceId) && at <= flight.start - APART.least && at >= flight.start - APART.most,
    )
  }

  /** What was already there, and right, before the flight began is not written again. */
  #needed(flight: Flight, server: ConsulServer, registration: Registration): void {
    const held = this.#world.catalog.agents.get(server.address)?.entries.get(registration.ID)
    if (!held || (this.#written.get(held) ?? flight.start) >= flight.start) return
    if (isUpToDate(held, registration)) this.faults.push(`${held.id} was registered again and was right`)
  }

  #registered(flight: Flight, meta: Record<string, string>): void {
    const versions = this.#versions(meta['instance-id'] ?? '', flight.start)
    if (!versions.some(({ state }) => state === 'running'))
      this.faults.push(`${meta['instance-id']} was registered and did not run`)
  }

  #paused(id: string, reason: string): void {
    const [instanceId = ''] = id.split(':')
    const { told, advised, now } = this.#world
    if (!told.has(instanceId) && !advised.has(instanceId))
      this.faults.push(`${id} was taken out of DNS and was not told to go`)
    if (!told.has(instanceId) && endOf(reason) === Number.POSITIVE_INFINITY)
      this.faults.push(`${id} was taken out of DNS for good on a recommendation`)
    this.#pauses.set(`${id} ${reason}`, now)
  }

  /** A flight that has read an entry's reason lets it back only when that is over. */
  #returned(flight: Flight, id: string, entries: CatalogEntry[]): void {
    for (const { reason, status } of entries.filter((entry) => entry.id === id)) {
      if (status !== 'maintenance' || endOf(reason) <= flight.start * 1000) continue
      if ((this.#pauses.get(`${id} ${reason}`) ?? flight.start) < flight.start)
        this.faults.push(`${id} came back into DNS and was told to go: ${reason}`)
    }
  }

  /**
   * Orders to go that were carried out while nothing else ran: what they put into maintenance stays there for
   * good.
   */
  obeyed(bodies: string[]): void {
    const { ec2, catalog } = this.#world
    if (ec2.lag > 0 || ec2.hidden.size > 0) return
    const living = [...catalog.agents.values()].filter(({ up, alive }) => up && alive)
    const entries = living.flatMap((agent) => [...agent.entries.values()])
    for (const body of bodies) {
      const hint = readHint(body)
      if (!isDeparture(hint)) continue
      const { state, tags } = ec2.machines.get(hint.instanceId)?.versions.at(-1) ?? {}
      if (state !== 'running' || tags?.[TAG.kind] !== 'service') continue
      for (const { id, instanceId, status, reason } of entries)
        if (
          instanceId === hint.instanceId &&
          status === 'maintenance' &&
          endOf(reason) < Number.POSITIVE_INFINITY
        )
          this.faults.push(`${id} was told to go and stays out of DNS for a while only`)
    }
  }

  #versions(instanceId: string, start: number): Version[] {
    return since(this.#world.ec2.machines.get(instanceId)?.versions ?? [], start - this.#world.longestLag)
  }
}

/** The services of a definition; none when it cannot be used. */
function names(text: string | null): string[] {
  try {
    return parseDefinition(text ?? '', 'the model').map(({ Name }) => Name)
  } catch (error) {
    if (error instanceof BadDefinition) return []
    throw error
  }
}
