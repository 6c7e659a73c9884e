import assert from 'node:assert/strict'
import { describe, it } from '@jest/globals'
import fc from 'fast-check'
import type { ConsulServer } from '../../core/catalog.ts'
import { type Instance, isService } from '../../core/instances.ts'
import { owner } from '../../core/owner.ts'
import { ModelFleet, stateChange, terminating } from '../support/model-fleet.ts'

/** One thing that happens. Numbers choose among what exists; an event may be lost, delayed or repeated. */
type Happening =
  | { do: 'launch'; service: number }
  | {
      do: 'run' | 'stop' | 'start' | 'terminate' | 'drain'
      which: number
      event: 'lost' | 'late' | 'once' | 'twice'
    }
  | { do: 'define'; service: number; port: number }
  | {
      do: 'add server' | 'lose server' | 'cut server off' | 'deliver late' | 'reconcile' | 'forget terminated'
    }
  | { do: 'fail writes' | 'fail reads'; seed: number }

const event = fc.constantFrom('lost' as const, 'late' as const, 'once' as const, 'twice' as const)
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('launch' as const), service: fc.nat(2) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'run' as const,
        'stop' as const,
        'start' as const,
        'terminate' as const,
        'drain' as const,
      ),
      which: fc.nat(30),
      event,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('define' as const), service: fc.nat(2), port: fc.nat(99) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'add server' as const,
        'lose server' as const,
        'cut server off' as const,
        'deliver late' as const,
        'reconcile' as const,
        'forget terminated' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('fail writes' as const, 'fail reads' as const),
      seed: fc.nat(7),
    }),
  },
)

const parameter = (service: number): string => `/nanofleet/test/app/s${service}/consul`
const define = (service: number, port: number): string =>
  JSON.stringify(
    service === 2
      ? [
          { name: 's2', port },
          { name: 's2-admin', port: port + 1 },
        ]
      : { name: `s${service}`, port },
  )

/** Plays histories on a fleet; failures that functions report are part of the play. */
class Play {
  readonly fleet = new ModelFleet()
  #late: object[] = []

  constructor() {
    this.fleet.server()
    for (const service of [0, 1, 2]) this.fleet.parameters.set(parameter(service), define(service, 80))
  }

  async step(next: Happening): Promise<void> {
    const { fleet } = this
    switch (next.do) {
      case 'launch':
        fleet.service(parameter(next.service), 'pending')
        return
      case 'define':
        fleet.parameters.set(parameter(next.service), define(next.service, next.port))
        return
      case 'add server':
        if (fleet.servers.length < 5) fleet.server()
        return
      case 'lose server':
        if (fleet.servers.length > 0) fleet.lose(fleet.servers[0] as ConsulServer)
        return
      case 'cut server off':
        for (const server of fleet.servers.slice(0, 1)) fleet.catalog.kill(server)
        return
      case 'forget terminated':
        for (const [id, { state }] of [...fleet.instances].slice(0, 5))
          if (state === 'terminated') fleet.instances.delete(id)
        return
      case 'reconcile':
        await this.tolerate(fleet.reconcile())
        return
      case 'deliver late':
        await this.tolerate(fleet.deliver(...this.#late.splice(0).reverse()))
        await this.tolerate(fleet.deliverLater())
        return
      case 'fail writes':
        this.failing(['register', 'deregister', 'forget', 'maintenance'], next.seed)
        await this.tolerate(fleet.reconcile())
        this.heal()
        return
      case 'fail reads':
        this.failing(['listing', 'cluster'], next.seed)
        if (next.seed % 2 === 0) fleet.broken.add(next.seed % 4 === 0 ? 'ec2' : parameter(next.seed % 3))
        await this.keepsTheHealthy(() => this.tolerate(fleet.reconcile()))
        this.heal()
        return
      default:
        await this.#change(next)
    }
  }

  /** Every second call of these verbs fails: a function that is cut off between any two. */
  failing(verbs: string[], seed: number): void {
    let count = seed
    this.fleet.catalog.fault = (verb) =>
      verbs.includes(verb) && count++ % 2 === 0 ? new Error('cut off') : undefined
  }

  heal(): void {
    this.fleet.catalog.fault = () => undefined
    this.fleet.broken.clear()
  }

  /** No read that fails takes a running instance out of DNS. */
  async keepsTheHealthy(round: () => Promise<void>): Promise<void> {
    const healthy = () => new Set(this.fleet.catalog.ids().map((id) => id.split('@')[0]?.split(':')[0] ?? ''))
    const before = [...healthy()].filter((id) => this.fleet.instances.get(id)?.state === 'running')
    await round()
    const after = healthy()
    assert.deepEqual(
      before.filter((id) => !after.has(id)),
      [],
    )
  }

  async tolerate(work: Promise<unknown>): Promise<void> {
    await work.catch((error: Error) => assert.match(error.message, /cut off|throttled|does not answer/))
  }

  async #change(next: Extract<Happening, { which: number }>): Promise<void> {
    const services = [...this.fleet.instances.values()].filter(isService)
    const instance = services[next.which % Math.max(1, services.length)]
    if (!instance) return
    const told = move(instance, next.do)
    if (!told) return
    if (next.do !== 'drain') this.fleet.set(instance, told)
    const message = next.do === 'drain' ? terminating(instance) : stateChange(instance, told)
    if (next.event === 'late') this.#late.push(message)
    if (next.event === 'once' || next.event === 'twice') await this.tolerate(this.fleet.deliver(message))
    if (next.event === 'twice') await this.tolerate(this.fleet.deliver(message, message))
  }
}

/** The state that the order leads to, where it is possible. */
function move(
  instance: Instance,
  order: 'run' | 'stop' | 'start' | 'terminate' | 'drain',
): Instance['state'] | undefined {
  const { state } = instance
  if (order === 'run' || order === 'start')
    return state === 'pending' || state === 'stopped' ? 'running' : undefined
  if (order === 'stop') return state === 'running' ? 'stopped' : undefined
  if (order === 'drain') return state === 'running' ? 'running' : undefined
  return state === 'terminated' ? undefined : 'terminated'
}

describe('registration over random histories', () => {
  it('makes the catalog equal EC2 with one round, however the events came', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (history) => {
        const play = new Play()
        for (const next of history) await play.step(next)
        const { fleet } = play
        for (const { server, up } of fleet.catalog.agents.values()) if (!up) fleet.lose(server)
        if (fleet.servers.length === 0) fleet.server()
        const report = await fleet.reconcile()
        assert.deepEqual(report.failed, [])
        // A loss above the cap is believed by the second round.
        if (report.held > 0) await fleet.reconcile()
        assert.deepEqual(fleet.catalog.ids().sort(), expected(fleet).sort())
        const writes = fleet.catalog.writes.length
        await fleet.reconcile()
        assert.equal(fleet.catalog.writes.length, writes)
      }),
      { numRuns: 500 },
    )
  })
})

function expected(fleet: ModelFleet): string[] {
  const running = [...fleet.instances.values()].filter((each) => isService(each) && each.state === 'running')
  return running.flatMap(({ id, tags }) => {
    const home = owner(id, fleet.servers)?.instanceId
    return tags.consulserviceconfig === parameter(2)
      ? [`${id}:s2@${home}`, `${id}:s2-admin@${home}`]
      : [`${id}@${home}`]
  })
}
