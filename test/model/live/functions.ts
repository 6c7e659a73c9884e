import { setTimeout as sleep } from 'node:timers/promises'
import { ConsulDoor } from '../../../adapters/consul/door.ts'
import type { ServiceCatalog } from '../../../core/base/catalog.ts'
import { answerCalls } from '../../../core/registration/door.ts'
import type { HeldRemovals, HeldStore } from '../../../core/registration/held.ts'
import type { BatchParts } from '../../../core/registration/register-batch.ts'
import type { Report } from '../../../core/registration/round.ts'
import { rules } from '../rules.ts'
import { STAGE } from '../scene.ts'
import { parameters } from './claims.ts'
import { now } from './clock.ts'
import { type LiveWorld, VPC } from './live-world.ts'

const DRAIN_SECONDS = 3

/** The shipped registration functions on a world and on real Consul servers. */
export class Functions {
  /** Sentences about functions that failed as a whole. */
  readonly failures: string[] = []
  readonly #world: LiveWorld
  readonly #catalog: ServiceCatalog
  readonly #rounds = new Set<Promise<unknown>>()
  #held: HeldRemovals | null = null

  constructor(world: LiveWorld, catalog: ServiceCatalog) {
    this.#world = world
    this.#catalog = new ConsulDoor(async (request) =>
      copy(await answerCalls(catalog, copy(request), '127.0.0.0/8')),
    )
  }

  /**
   * A round over the fleet; resolves to undefined when it failed as a whole.
   * @param told ids of servers that were told to go, addresses of silent ones
   * @param ahead by how many milliseconds its clock is fast
   */
  async reconcile(
    told: { going?: string[]; silent?: string[] } = {},
    ahead = 0,
  ): Promise<Report | undefined> {
    const cover = this.#world.ledger.begin(now())
    this.#world.write(`reconcile ${JSON.stringify(told)}`)
    const at = new Date(Date.now() + ahead)
    const work = rules.reconcile(this.#parts(), this.#heldStore(), at, told).then(
      (report) => {
        this.#done('reconcile', report)
        this.#world.ledger.end(now(), cover, unfinished(report))
        return report
      },
      (error: Error) => void this.failures.push(`reconcile: ${error.message}`),
    )
    this.#rounds.add(work)
    const report = await work
    this.#rounds.delete(work)
    return report ?? undefined
  }

  /** Resolves when no round is running. */
  async idle(): Promise<void> {
    await Promise.all(this.#rounds)
  }

  /** Handles messages from the queue; resolves to those that must come again. */
  async register(bodies: string[]): Promise<string[]> {
    const { ids, orders } = about(bodies)
    const cover = this.#world.ledger.begin(now(), ids, orders)
    const messages = bodies.map((body, index) => ({ id: String(index), body }))
    try {
      const { report, failed } = await rules.registerMessages(this.#parts(), messages, new Date())
      if (report) this.#done(`register ${bodies.length}`, report)
      const again = failed.map((id) => bodies[Number(id)] ?? '')
      const returned = [...about(again).orders].filter((id) => this.#world.isOnDead(id))
      if (report) this.#world.ledger.end(now(), cover, unfinished(report), new Set(returned))
      return again
    } catch (error) {
      this.failures.push(`register: ${(error as Error).message}`)
      return bodies
    }
  }

  #done(what: string, { registered, removed, maintained, waiting, failed }: Report): void {
    const counts = `+${registered} -${removed} maintained ${maintained} waiting ${waiting.length}`
    this.#world.write(`${what}: ${counts}${failed.map(({ problem }) => `; ${problem}`).join('')}`)
  }

  #parts(): BatchParts {
    return {
      stage: STAGE,
      vpcId: VPC,
      instances: new rules.Ec2Instances(
        this.#world.ec2.client(async () => {}),
        VPC,
        () => Date.now(),
      ),
      definitions: { read: async (names) => this.#read(names) },
      pause: sleep,
      catalog: this.#catalog,
      drainSeconds: DRAIN_SECONDS,
      serverDrainSeconds: 0,
      later: { send: async (body, seconds) => this.#world.events.push(body, seconds * 1000) },
      lifecycle: { complete: (action) => this.#world.goOn(action) },
      requestReconcile: async (going) => void this.reconcile({ going }),
    }
  }

  #read(names: string[]) {
    const texts = new Map(
      parameters().map((name) => [name, this.#world.texts.get(name)?.at(-1)?.text ?? null]),
    )
    const found = new Map(names.flatMap((name) => (texts.get(name) ? [[name, texts.get(name) ?? '']] : [])))
    return { found, missing: names.filter((name) => !found.has(name)), failed: new Map<string, Error>() }
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

/** What remains of a message for another function. */
const copy = <T>(message: T): T => JSON.parse(JSON.stringify(message)) as T

const unfinished = ({ waiting, failed }: Report): Set<string> =>
  new Set([...waiting, ...failed.map(({ instanceId }) => instanceId)])

/** The instances that messages are about, and those that they tell to go. */
function about(bodies: string[]): { ids: Set<string>; orders: Set<string> } {
  const details = bodies.map((body) => (JSON.parse(body) as { detail: Record<string, string> }).detail)
  return {
    ids: new Set(details.map((detail) => detail['instance-id'] ?? detail.EC2InstanceId ?? '')),
    orders: new Set(details.map((detail) => detail.EC2InstanceId ?? '')),
  }
}
