import { ConsulDoor } from '../../../../adapters/consul-door.ts'
import type { ConsulServer, ServiceCatalog } from '../../../../core/catalog.ts'
import { answerCalls } from '../../../../core/door.ts'
import type { HeldRemovals, HeldStore } from '../../../../core/held.ts'
import type { LifecycleAction } from '../../../../core/hints.ts'
import { TAG } from '../../../../core/names.ts'
import { owner } from '../../../../core/owner.ts'
import type { BatchParts } from '../../../../core/register-batch.ts'
import type { Report } from '../../../../core/round.ts'
import { stateChange } from '../../model-fleet.ts'
import { type Changing, tell } from '../changes.ts'
import { LaggingEc2, type Machine, truth } from '../lagging-ec2.ts'
import { rules } from '../rules.ts'
import { STAGE, type Text } from '../scene.ts'
import type { Answerers } from './children.ts'
import { claimsOf, INTERVAL, parameters } from './claims.ts'
import { now } from './clock.ts'
import { Ledger } from './ledger.ts'
import { LiveQueue } from './live-queue.ts'

const VPC = 'vpc-0a'
const DRAIN_SECONDS = 3
/** Milliseconds after which the queue hands out again what failed; 60,000 in resources/registration.yml. */
const AGAIN = 2000
/** Milliseconds that an event is on its way which is not there at once. */
const LATE = 2500

/** The model's EC2, Parameter Store, queue and table in real time, and the shipped functions on them and a real Consul. */
export class LiveWorld implements Changing {
  readonly ec2: LaggingEc2
  readonly texts = new Map<string, Text[]>()
  readonly told = new Set<string>()
  readonly ledger = new Ledger()
  readonly events: LiveQueue
  /** What happened when, for a reader. */
  readonly diary: { at: number; what: string }[] = []
  /** Sentences about functions that failed as a whole. */
  readonly failures: string[] = []
  /** Addresses of servers that do not run. */
  readonly dead = new Set<string>()
  readonly #catalog: ServiceCatalog
  readonly #answerers: Answerers
  readonly #random: () => number
  readonly #rounds = new Set<Promise<unknown>>()
  /** Ids of the instances whose programs run. */
  #answering = new Set<string>()
  #held: HeldRemovals | null = null

  constructor(network: string, catalog: ServiceCatalog, answerers: Answerers, random: () => number) {
    this.ec2 = new LaggingEc2(VPC, () => Date.now() / 1000, network)
    this.#answerers = answerers
    this.#random = random
    this.#catalog = new ConsulDoor(async (request) =>
      copy(await answerCalls(catalog, copy(request), '127.0.0.0/8')),
    )
    this.events = new LiveQueue((bodies) => this.#register(bodies), AGAIN)
  }

  /** The queue as changes use it: what is not there at once is late. */
  readonly queue = { push: (body: string): void => this.events.push(body, this.#random() * LATE) }

  async deliver(bodies: string[]): Promise<void> {
    for (const body of bodies) this.events.push(body)
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

  /** To be called after each change: programs begin and end, and DNS owes something else. */
  changed(): void {
    const machines = [...this.ec2.machines.values()].filter(
      (each) => each.versions[0]?.tags.role === 'service',
    )
    const running = machines.filter((each) => truth(each).state === 'running')
    this.#answerers.answer(running.map(({ address }) => address))
    const ids = new Set(running.map(({ id }) => id))
    for (const id of this.#answering) if (!ids.has(id)) setTimeout(() => this.#failed(id), INTERVAL * 1000)
    this.#answering = ids
    this.ledger.note(
      now(),
      machines.flatMap((machine) => claimsOf(machine, this.texts, this.told)),
      this.dead.size === 0,
    )
  }

  /**
   * A round over the fleet; resolves to nothing when it failed as a whole.
   * @param told ids of servers that were told to go, addresses of silent ones
   * @param ahead milliseconds by which its clock is fast
   */
  async reconcile(
    told: { going?: string[]; silent?: string[] } = {},
    ahead = 0,
  ): Promise<Report | undefined> {
    const cover = this.ledger.begin(now())
    this.write(`reconcile ${JSON.stringify(told)}`)
    const at = new Date(Date.now() + ahead)
    const work = rules.reconcile(this.#parts(), this.#heldStore(), at, told).then(
      (report) => {
        this.#done('reconcile', report)
        this.ledger.end(now(), cover, unfinished(report))
        return report
      },
      (error: Error) => void this.failures.push(`reconcile: ${error.message}`),
    )
    this.#rounds.add(work)
    const report = await work
    this.#rounds.delete(work)
    return report ?? undefined
  }

  /** Resolves when no round is at work. */
  async idle(): Promise<void> {
    await Promise.all(this.#rounds)
  }

  async #register(bodies: string[]): Promise<string[]> {
    const { ids, orders } = about(bodies)
    const cover = this.ledger.begin(now(), ids, orders)
    const messages = bodies.map((body, index) => ({ id: String(index), body }))
    try {
      const { report, failed } = await rules.registerMessages(this.#parts(), messages, new Date())
      if (report) this.#done(`register ${bodies.length}`, report)
      const again = failed.map((id) => bodies[Number(id)] ?? '')
      const returned = [...about(again).orders].filter((id) => this.#isOnDead(id))
      if (report) this.ledger.end(now(), cover, unfinished(report), new Set(returned))
      return again
    } catch (error) {
      this.failures.push(`register: ${(error as Error).message}`)
      return bodies
    }
  }

  write(what: string): void {
    this.diary.push({ at: now(), what })
  }

  #done(what: string, { registered, removed, maintained, waiting, failed }: Report): void {
    const counts = `+${registered} -${removed} maintained ${maintained} waiting ${waiting.length}`
    this.write(`${what}: ${counts}${failed.map(({ problem }) => `; ${problem}`).join('')}`)
  }

  /** A server that died then has come back. */
  broughtBack(server: string, died: number): void {
    this.ledger.broughtBack(now(), died, (instanceId) => this.#home(instanceId) === server)
  }

  /** The check of an instance has found it gone, unless its server is dead. */
  #failed(id: string): void {
    if (this.dead.size === 0 && !this.#answering.has(id)) this.ledger.failed(now(), id)
  }

  /** Did it stand on a server that does not run? */
  #isOnDead(instanceId: string): boolean {
    return this.dead.has(this.#home(instanceId))
  }

  /** The address of its owner while all servers live. */
  #home(instanceId: string): string {
    const servers = this.servers.map(({ id, address }) => ({ instanceId: id, address }))
    return owner(instanceId, servers)?.address ?? ''
  }

  /** What has happened to an instance, for a reader. */
  story(address: string, begin: number): string {
    const machine = [...this.ec2.machines.values()].find((each) => each.address === address)
    const at = (seconds: number): string => (seconds - (Date.now() - now() + begin) / 1000).toFixed(2)
    const states = machine?.versions.map(
      (each) => `${at(each.at)} ${each.state} ${each.tags[TAG.definition] ?? 'untagged'}`,
    )
    return `${states?.join(', ')}${this.told.has(machine?.id ?? '') ? ', told to go' : ''}`
  }

  #parts(): BatchParts {
    return {
      stage: STAGE,
      vpcId: VPC,
      instances: new rules.Ec2Instances(
        this.ec2.client(async () => {}),
        VPC,
        () => Date.now(),
      ),
      definitions: { read: async (names) => this.#read(names) },
      catalog: this.#catalog,
      drainSeconds: DRAIN_SECONDS,
      later: { send: async (body, seconds) => this.events.push(body, seconds * 1000) },
      lifecycle: { complete: (action) => this.#goOn(action) },
      requestReconcile: async (going) => void this.reconcile({ going }),
    }
  }

  #read(names: string[]) {
    const texts = new Map(parameters().map((name) => [name, this.texts.get(name)?.at(-1)?.text ?? null]))
    const found = new Map(names.flatMap((name) => (texts.get(name) ? [[name, texts.get(name) ?? '']] : [])))
    return { found, missing: names.filter((name) => !found.has(name)), failed: new Map<string, Error>() }
  }

  /** The group terminates an instance whose drain is over. */
  async #goOn({ instanceId }: LifecycleAction): Promise<void> {
    const machine = this.ec2.machines.get(instanceId)
    if (!machine || truth(machine).state === 'terminated') return
    this.ec2.change(machine, { state: 'terminated' })
    this.changed()
    await tell(this, stateChange(machine, 'terminated'), 'once')
  }

  #heldStore(): HeldStore {
    return {
      load: async () => structuredClone(this.#held),
      save: async (held) => {
        this.#held = structuredClone(held)
      },
    }
  }
}

/** What is left of a message that goes to another function. */
const copy = <T>(message: T): T => JSON.parse(JSON.stringify(message)) as T

const unfinished = ({ waiting, failed }: Report): Set<string> =>
  new Set([...waiting, ...failed.map(({ instanceId }) => instanceId)])

/** The instances that messages are about, and those that they order to go. */
function about(bodies: string[]): { ids: Set<string>; orders: Set<string> } {
  const details = bodies.map((body) => (JSON.parse(body) as { detail: Record<string, string> }).detail)
  return {
    ids: new Set(details.map((detail) => detail['instance-id'] ?? detail.EC2InstanceId ?? '')),
    orders: new Set(details.map((detail) => detail.EC2InstanceId ?? '')),
  }
}
