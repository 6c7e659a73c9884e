import { ServiceFailure } from '../../core/base/errors.ts'
import { TAG } from '../../core/base/names.ts'
import type { DefinitionSource } from '../../core/registration/definitions.ts'
import type { HeldRemovals, HeldStore } from '../../core/registration/held.ts'
import type { BatchParts } from '../../core/registration/register-batch.ts'
import { FakeCatalog } from '../support/fake-catalog.ts'
import { Flight, through } from './flight.ts'
import type { Fault } from './happenings.ts'
import { LaggingEc2, type Machine, truth } from './lagging-ec2.ts'
import type { Rules } from './rules.ts'
import { type Scene, STAGE, type Text } from './scene.ts'
import { Watch } from './watch.ts'

const VPC = 'vpc-0a'
const WRITES = new Set(['register', 'deregister', 'forget', 'maintenance'])

/**
 * EC2, Parameter Store, Consul, the queue and the table in memory, and the rounds that are running on them.
 */
export class World implements Scene {
  /** Seconds. */
  now = 1_000_000
  readonly ec2 = new LaggingEc2(VPC, () => this.now)
  readonly catalog = new FakeCatalog()
  readonly texts = new Map<string, Text[]>()
  /** The messages waiting in the queue. */
  readonly queue: string[] = []
  /** Instances that were told to go. */
  readonly told = new Set<string>()
  /** Instances that EC2 recommended replacing. */
  readonly advised = new Set<string>()
  longestLag = 0
  serverLostAt = 0
  readonly blindness: Scene['blindness'] = []
  /** Servers that the next round is told about. */
  leaving: string[] = []
  flights: Flight[] = []
  fault: { what: Fault; skip: number; times: number } | undefined
  readonly #rules: Rules
  readonly watch = new Watch(this)
  #held: HeldRemovals | null = null

  constructor(code: Rules) {
    this.#rules = code
  }

  /** The time in seconds as the code sees it. */
  get date(): Date {
    return new Date(this.now * 1000)
  }

  /** Instances of services that exist. */
  get services(): Machine[] {
    return [...this.ec2.machines.values()].filter(
      ({ versions, forgotten }) => !forgotten && versions[0]?.tags.role === 'service',
    )
  }

  /** The machines of running Consul servers, by launch time. */
  get servers(): Machine[] {
    return [...this.ec2.machines.values()].filter(
      (each) => each.versions[0]?.tags.role === 'server' && truth(each).state === 'running',
    )
  }

  launchServer(): void {
    const machine = this.ec2.launch({ [TAG.kind]: 'consulserver', role: 'server' }, 'running')
    this.catalog.join({ instanceId: machine.id, address: machine.address })
  }

  define(parameter: string, text: string | null): void {
    this.texts.set(parameter, [...(this.texts.get(parameter) ?? []), { at: this.now, text }])
  }

  /** Starts a round over the fleet. */
  async reconcile(
    open: boolean,
    silent: string[] = [],
  ): Promise<Awaited<ReturnType<Rules['reconcile']>> | undefined> {
    const going = this.leaving.splice(0)
    return await this.#fly(open, (flight) =>
      this.#rules.reconcile(this.#parts(flight), this.#heldStore(flight), this.date, { going, silent }),
    )
  }

  /** Hands messages to `register`; those that it returns come again. */
  async deliver(bodies: string[], open: boolean): Promise<void> {
    await this.#fly(open, async (flight) => {
      const messages = bodies.map((body, index) => ({ id: String(index), body }))
      const { failed } = await this.#rules.registerMessages(this.#parts(flight), messages, this.date)
      this.queue.push(...failed.map((id) => bodies[Number(id)] ?? ''))
      const taken = bodies.filter((_, index) => !failed.includes(String(index)))
      if (flight.alone) this.watch.obeyed(taken)
    })
  }

  async #fly<T>(open: boolean, work: (flight: Flight) => Promise<T>): Promise<T | undefined> {
    const flight = new Flight(this.now, open, this.ec2.hidden)
    if (this.ec2.hidden.size > 0) this.blindness.push({ at: this.now, hidden: this.ec2.hidden })
    this.flights.push(flight)
    if (this.flights.length > 1) for (const each of this.flights) each.alone = false
    let result: T | undefined
    await flight.begin(async () => {
      result = await work(flight).catch((error: Error) => {
        // A deliberate failure is part of the play.
        if (!/made to fail|does not answer/.test(error.message)) throw error
        return undefined
      })
    })
    this.flights = this.flights.filter(({ over }) => !over)
    return result
  }

  #parts(flight: Flight): BatchParts {
    const before = (what: (verb: string) => Fault) => async (verb: string) => {
      await flight.pass()
      this.#strike(what(verb))
    }
    return {
      stage: STAGE,
      vpcId: VPC,
      instances: new this.#rules.Ec2Instances(
        this.ec2.client(() => before(() => 'ec2')('')),
        VPC,
        () => this.now * 1000,
      ),
      definitions: through(this.#definitions(), () => flight.pass()),
      catalog: this.watch.catalog(
        flight,
        before((verb) => (WRITES.has(verb) ? 'writes' : (verb as Fault))),
        this.#rules.registerNew,
      ),
      pause: async () => {
        await flight.pass()
        this.runChecks()
      },
      drainSeconds: 5,
      serverDrainSeconds: 0,
      later: { send: async (body) => void this.queue.push(body) },
      lifecycle: { complete: async () => {} },
      requestReconcile: async (leaving) => {
        this.leaving = leaving
      },
    }
  }

  /** Checks run: running instances pass, all others do not. */
  runChecks(): void {
    for (const { up, entries } of this.catalog.agents.values())
      for (const entry of entries.values()) {
        const machine = this.ec2.machines.get(entry.instanceId)
        const well = machine !== undefined && truth(machine).state === 'running'
        if (up && entry.status !== 'maintenance') entry.status = well ? 'passing' : 'critical'
      }
  }

  #definitions(): DefinitionSource {
    return {
      read: async (names) => {
        const broken = this.#strikes('definitions')
        const texts = {
          found: new Map<string, string>(),
          missing: [] as string[],
          failed: new Map<string, Error>(),
        }
        for (const name of names) {
          const text = this.texts.get(name)?.at(-1)?.text
          if (broken) texts.failed.set(name, new Error('made to fail'))
          else if (typeof text === 'string') texts.found.set(name, text)
          else texts.missing.push(name)
        }
        return texts
      },
    }
  }

  #heldStore(flight: Flight): HeldStore {
    const store: HeldStore = {
      load: async () => structuredClone(this.#held),
      save: async (held) => {
        this.#held = structuredClone(held)
      },
    }
    return through(store, async () => {
      await flight.pass()
      this.#strike('held')
    })
  }

  #strike(what: Fault): void {
    if (this.#strikes(what)) throw new ServiceFailure(`${what}: made to fail`)
  }

  #strikes(what: Fault): boolean {
    const { fault } = this
    if (fault?.what !== what || fault.times === 0) return false
    if (fault.skip > 0) fault.skip--
    else fault.times--
    return fault.skip === 0
  }
}
