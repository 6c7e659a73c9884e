import type { ConsulServer } from '../../../core/base/catalog.ts'
import { TAG } from '../../../core/base/names.ts'
import type { LifecycleAction } from '../../../core/registration/hints.ts'
import { owner } from '../../../core/registration/owner.ts'
import { type Changing, tell } from '../changes.ts'
import { LaggingEc2, type Machine, truth } from '../lagging-ec2.ts'
import { stateChange } from '../model-fleet.ts'
import type { Text } from '../scene.ts'
import type { Answerers } from './children.ts'
import { claimsOf } from './claims.ts'
import { now } from './clock.ts'
import { INTERVAL_SECONDS, Ledger } from './ledger.ts'
import { LiveQueue } from './live-queue.ts'

export const VPC = 'vpc-0a'
/** Milliseconds after which the queue redelivers what failed; 60,000 in resources/registration.yml. */
const AGAIN_MS = 2000
/**
 * Milliseconds after which a returned server no longer names instances that do not answer: it first loads its
 * services, and then their checks, as critical.
 */
const LOADED_MS = 1000
/** How many milliseconds a delayed event takes. */
const LATE_MS = 2500

/** The model's EC2, Parameter Store and queue in real time, and what DNS owes them. */
export class LiveWorld implements Changing {
  readonly ec2: LaggingEc2
  readonly texts = new Map<string, Text[]>()
  readonly told = new Set<string>()
  /**
   * Empty in this world: an instance that EC2 recommends to replace leaves DNS for longer than the world
   * lasts.
   */
  readonly advised = new Set<string>()
  readonly ledger = new Ledger()
  readonly events = new LiveQueue(AGAIN_MS)
  /** What happened when, for people. */
  readonly diary: { at: number; what: string }[] = []
  /** The addresses of servers that are not running. */
  readonly dead = new Set<string>()
  readonly #answerers: Answerers
  readonly #random: () => number
  /** The ids of instances whose programs are running. */
  #answering = new Set<string>()

  constructor(network: string, answerers: Answerers, random: () => number) {
    this.ec2 = new LaggingEc2(VPC, () => Date.now() / 1000, network)
    this.#answerers = answerers
    this.#random = random
  }

  /** The queue as changes use it: what is not delivered at once is late. */
  readonly queue = { push: (body: string): void => this.events.push(body, this.#random() * LATE_MS) }

  async deliver(bodies: string[]): Promise<void> {
    for (const body of bodies) this.events.push(body)
  }

  get date(): Date {
    return new Date()
  }

  get services(): Machine[] {
    return [...this.ec2.machines.values()].filter(
      ({ versions, forgotten }) => !forgotten && versions[0]?.tags.role === 'service',
    )
  }

  get servers(): Machine[] {
    return [...this.ec2.machines.values()].filter((each) => each.versions[0]?.tags.role === 'server')
  }

  adopt({ instanceId, address }: ConsulServer): void {
    this.ec2.adopt(instanceId, address, { [TAG.kind]: 'consulserver', role: 'server' }, 'running')
  }

  define(parameter: string, text: string | null): void {
    this.texts.set(parameter, [...(this.texts.get(parameter) ?? []), { at: Date.now() / 1000, text }])
  }

  /** Call it after each change: programs start and end, and DNS owes something else. */
  changed(): void {
    const machines = [...this.ec2.machines.values()].filter(
      (each) => each.versions[0]?.tags.role === 'service',
    )
    const running = machines.filter((each) => truth(each).state === 'running')
    this.#answerers.answer(running.map(({ address }) => address))
    const ids = new Set(running.map(({ id }) => id))
    for (const id of this.#answering)
      if (!ids.has(id)) setTimeout(() => this.#failed(id), INTERVAL_SECONDS * 1000).unref()
    this.#answering = ids
    this.ledger.note(
      now(),
      machines.flatMap((machine) => claimsOf(machine, this.texts, this.told)),
      this.dead.size === 0,
    )
  }

  write(what: string): void {
    this.diary.push({ at: now(), what })
  }

  /** A server that died at that time has come back. */
  broughtBack(server: string, died: number): void {
    this.ledger.broughtBack(now(), died, (instanceId) => this.#home(instanceId) === server)
    const failing = () => {
      for (const id of this.ec2.machines.keys()) if (this.#home(id) === server) this.#failed(id)
    }
    setTimeout(failing, LOADED_MS).unref()
  }

  /** The check of an instance has failed, unless its server is dead. */
  #failed(id: string): void {
    if (this.dead.size === 0 && !this.#answering.has(id)) this.ledger.failed(now(), id)
  }

  /** Was it on a server that is not running? */
  isOnDead(instanceId: string): boolean {
    return this.dead.has(this.#home(instanceId))
  }

  /** The address of its owner while all servers are alive. */
  #home(instanceId: string): string {
    const servers = this.servers.map(({ id, address }) => ({ instanceId: id, address }))
    return owner(instanceId, servers)?.address ?? ''
  }

  /** What has happened to an instance, for people. */
  story(address: string, begin: number): string {
    const machine = [...this.ec2.machines.values()].find((each) => each.address === address)
    const at = (seconds: number): string => (seconds - (Date.now() - now() + begin) / 1000).toFixed(2)
    const states = machine?.versions.map(
      (each) => `${at(each.at)} ${each.state} ${each.tags[TAG.definition] ?? 'untagged'}`,
    )
    return `${states?.join(', ')}${this.told.has(machine?.id ?? '') ? ', told to go' : ''}`
  }

  /** The group terminates an instance whose drain is over. */
  async goOn({ instanceId }: LifecycleAction): Promise<void> {
    const machine = this.ec2.machines.get(instanceId)
    if (!machine || truth(machine).state === 'terminated') return
    this.ec2.change(machine, { state: 'terminated' })
    this.changed()
    await tell(this, stateChange(machine, 'terminated'), 'once')
  }
}
