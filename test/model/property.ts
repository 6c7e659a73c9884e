import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { CatalogEntry } from '../../core/base/catalog.ts'
import { TAG } from '../../core/base/names.ts'
import { parseDefinition } from '../../core/definition/definition.ts'
import { ADVICE_SECONDS, endOf } from '../../core/registration/advice.ts'
import { PROBATION_SECONDS } from '../../core/registration/difference.ts'
import { owner } from '../../core/registration/owner.ts'
import { isOurs, registeredAt } from '../../core/registration/registration.ts'
import { parameter } from './definitions.ts'
import { type Happening, histories } from './happenings.ts'
import { truth } from './lagging-ec2.ts'
import { Play } from './play.ts'
import type { Rules } from './rules.ts'
import { STAGE } from './scene.ts'
import type { World } from './world.ts'

/** What registration promises, over all histories; `code` keeps it. */
export const registrationProperty = (code: Rules) =>
  fc.asyncProperty(histories, (history) => converges(code, history))

/** Plays the history, lets the world come to rest, and checks what rounds make of it. */
export async function converges(code: Rules, history: Happening[]): Promise<void> {
  const play = new Play(code)
  for (const next of history) await play.step(next)
  const { world } = play
  assert.deepEqual(world.watch.faults, [])
  rest(world)

  const paused = pausedEntries(world)
  const first = await world.reconcile(false)
  assert.deepEqual(first?.failed, [])
  const early = ours(world).filter((entry) => !onProbation(world, entry))
  if (first?.held === 0) assert.deepEqual(early.map(place).sort(), expected(world))
  else assert.deepEqual(missing(expected(world), early.map(place)), [])

  world.now += PROBATION_SECONDS
  const second = await world.reconcile(false)
  world.now += 31
  if (second && second.held > 0) await world.reconcile(false)
  assert.deepEqual(ours(world).map(place).sort(), expected(world))
  assert.deepEqual(missing([...paused], [...pausedEntries(world), ...gone(world, paused)]), [])
  world.now += ADVICE_SECONDS
  await world.reconcile(false)
  world.runChecks()
  assert.deepEqual(unfound(world), [])
  const writes = world.catalog.writes.length
  await world.reconcile(false)
  assert.deepEqual(world.catalog.writes.slice(writes), [])
  assert.deepEqual(world.watch.faults, [])
}

/** Running functions are cut off, what failed works again, gossip knows which servers are dead. */
function rest(world: World): void {
  for (const flight of world.flights.splice(0)) flight.cut()
  world.fault = undefined
  world.ec2.lag = 0
  world.catalog.leader = true
  world.leaving = []
  for (const { server, up } of world.catalog.agents.values()) {
    if (up) continue
    world.catalog.bury(server)
    const machine = world.ec2.machines.get(server.instanceId)
    if (machine) world.ec2.change(machine, { state: 'terminated' })
  }
  for (const service of [0, 1, 2]) {
    const text = world.texts.get(parameter(service))?.at(-1)?.text
    if (!isUsable(text)) world.define(parameter(service), JSON.stringify({ name: `s${service}`, port: 80 }))
  }
  if (world.servers.length === 0) world.launchServer()
  world.now += 1
  world.runChecks()
}

const isUsable = (text: string | null | undefined): boolean => /name/.test(text ?? '')

const ours = (world: World): CatalogEntry[] =>
  [...world.catalog.agents.values()]
    .flatMap(({ entries }) => [...entries.values()])
    .filter((entry) => isOurs(entry, STAGE))

/** Younger than its probation, and EC2 shows no instance of the fleet for it. */
function onProbation(world: World, entry: CatalogEntry): boolean {
  const machine = world.ec2.machines.get(entry.instanceId)
  const absent =
    machine === undefined ||
    machine.forgotten ||
    (truth(machine).state === 'running' && !truth(machine).tags[TAG.kind])
  return absent && world.now * 1000 - registeredAt(entry) < PROBATION_SECONDS * 1000
}

export const place = ({ id, port, nodeAddress }: CatalogEntry): string => `${id} ${port} at ${nodeAddress}`
const missing = (wanted: string[], there: string[]): string[] =>
  wanted.filter((each) => !there.includes(each))

/** Entries that are not passing, of instances that were not told to go. */
const unfound = (world: World): string[] =>
  ours(world)
    .filter((entry) => entry.status !== 'passing' && !world.told.has(entry.instanceId))
    .map(({ id, status }) => `${id} is ${status}`)

/** Instances that are out of DNS for good, wherever their entries are. */
function pausedEntries(world: World): Set<string> {
  const entries = ours(world)
  const answering = new Set(entries.filter((entry) => !isForGood(entry)).map((each) => each.instanceId))
  return new Set(entries.map((each) => each.instanceId).filter((id) => !answering.has(id)))
}

const isForGood = ({ status, reason }: CatalogEntry): boolean =>
  status === 'maintenance' && endOf(reason) === Number.POSITIVE_INFINITY

const gone = (world: World, ids: Set<string>): string[] => {
  const there = new Set(ours(world).map((each) => each.instanceId))
  return [...ids].filter((id) => !there.has(id))
}

/** Every running instance of the fleet, under each service of its definition, on its owner. */
export function expected(world: Pick<World, 'servers' | 'services' | 'texts'>): string[] {
  const servers = world.servers.map(({ id, address }) => ({ instanceId: id, address }))
  return world.services
    .filter((each) => truth(each).state === 'running' && truth(each).tags[TAG.kind] === 'service')
    .flatMap((machine) => {
      const text = world.texts.get(truth(machine).tags[TAG.definition] ?? '')?.at(-1)?.text ?? ''
      const services = parseDefinition(text, 'the model')
      const home = owner(machine.id, servers)?.address
      return services.map(({ Name, Port }) => {
        const id = services.length === 1 ? machine.id : `${machine.id}:${Name}`
        return `${id} ${Port} at ${home}`
      })
    })
    .sort()
}
