import type { ConsulServer, ServiceCatalog } from '../../core/catalog.ts'
import type { DefinitionSource, DefinitionTexts } from '../../core/definitions.ts'
import { ServiceFailure } from '../../core/errors.ts'
import type { HeldRemovals, HeldStore } from '../../core/held.ts'
import type { LifecycleAction } from '../../core/hints.ts'
import type { Instance, InstanceSource, InstanceState, Sight } from '../../core/instances.ts'
import { isServer } from '../../core/instances.ts'
import { TAG } from '../../core/names.ts'
import { type BatchParts, type QueueOutcome, registerMessages } from '../../core/register-batch.ts'
import { type Report, reconcile } from '../../core/round.ts'
import { FakeCatalog } from './fake-catalog.ts'

export const VPC = 'vpc-0a'

/** A small world in memory: EC2, Parameter Store, Consul, the queue; and the functions of registration on them. */
export class ModelFleet implements InstanceSource, DefinitionSource, HeldStore {
  readonly instances = new Map<string, Instance>()
  readonly parameters = new Map<string, string>()
  readonly catalog = new FakeCatalog()
  readonly sent: { body: string; delaySeconds: number }[] = []
  readonly completed: LifecycleAction[] = []
  /** A catalog in the place of the one in memory. */
  other: ServiceCatalog | undefined
  held: HeldRemovals | null = null
  reconcileRequests = 0
  /** Calls of EC2, by verb. */
  readonly looks: string[] = []
  now = new Date('2026-01-01T00:00:00Z')
  /** Reads that fail: `ec2`, `confirm`, or a parameter's name. */
  readonly broken = new Set<string>()
  #count = 0

  server(): ConsulServer {
    const instance = this.#launch({ [TAG.kind]: 'consulserver' })
    const server = { instanceId: instance.id, address: instance.address }
    this.catalog.join(server)
    return server
  }

  /** A server that exists outside of the model: its instance runs from now on. */
  adopt({ instanceId, address }: ConsulServer): void {
    const tags = { [TAG.kind]: 'consulserver' }
    this.instances.set(instanceId, { id: instanceId, state: 'running', address, vpcId: VPC, tags })
  }

  service(parameter = '/nanofleet/test/web/web/consul', state: InstanceState = 'running'): Instance {
    if (!this.parameters.has(parameter))
      this.parameters.set(parameter, JSON.stringify({ name: 'web', port: 80 }))
    return this.#launch({ [TAG.kind]: 'service', [TAG.definition]: parameter, [TAG.app]: 'web' }, state)
  }

  set(instance: { id: string }, state: InstanceState): void {
    const known = this.instances.get(instance.id)
    // A terminated instance has neither network nor address any more.
    if (known) Object.assign(known, { state, ...(state === 'terminated' ? { address: '', vpcId: '' } : {}) })
  }

  /** The server's instance ends and gossip finds out. */
  lose(server: ConsulServer): void {
    this.set({ id: server.instanceId }, 'terminated')
    this.catalog.kill(server)
    this.catalog.bury(server)
  }

  get servers(): ConsulServer[] {
    return [...this.instances.values()]
      .filter((each) => isServer(each) && each.state === 'running')
      .map(({ id, address }) => ({ instanceId: id, address }))
  }

  async all(): Promise<Instance[]> {
    return this.#ask('all').filter(
      (each) => each.vpcId === VPC && TAG.kind in each.tags && each.state !== 'terminated',
    )
  }

  async look(ids: string[]): Promise<Sight> {
    const fleet = this.#ask('look').filter((each) => each.vpcId === VPC && TAG.kind in each.tags)
    return { instances: fleet.filter(({ id }) => ids.includes(id)), servers: fleet.filter(isServer) }
  }

  async confirm(ids: string[]): Promise<Instance[]> {
    return this.#ask('confirm').filter(({ id }) => ids.includes(id))
  }

  async read(names: string[]): Promise<DefinitionTexts> {
    const texts: DefinitionTexts = { found: new Map(), missing: [], failed: new Map() }
    for (const name of names) {
      const text = this.parameters.get(name)
      if (this.broken.has(name)) texts.failed.set(name, new Error('ThrottlingException'))
      else if (text === undefined) texts.missing.push(name)
      else texts.found.set(name, text)
    }
    return texts
  }

  async load(): Promise<HeldRemovals | null> {
    return this.held
  }

  async save(held: HeldRemovals): Promise<void> {
    this.held = held
  }

  parts(drainSeconds = 5): BatchParts {
    return {
      stage: 'test',
      vpcId: VPC,
      instances: this,
      catalog: this.other ?? this.catalog,
      definitions: this,
      drainSeconds,
      later: { send: async (body, delaySeconds) => void this.sent.push({ body, delaySeconds }) },
      lifecycle: { complete: async (action) => void this.completed.push(action) },
      requestReconcile: async () => {
        this.reconcileRequests++
      },
    }
  }

  /** One round of `reconcile`, a minute after the last. */
  async reconcile(): Promise<Report> {
    this.now = new Date(this.now.getTime() + 60_000)
    return await reconcile(this.parts(), this, this.now)
  }

  /** One batch of `register`. */
  async deliver(...events: object[]): Promise<QueueOutcome> {
    return await registerMessages(
      this.parts(),
      events.map((event, index) => ({ id: `m${index}`, body: JSON.stringify(event) })),
    )
  }

  /** Delivers what the functions have sent to themselves. */
  async deliverLater(): Promise<QueueOutcome> {
    const bodies = this.sent.splice(0)
    return await registerMessages(
      this.parts(),
      bodies.map(({ body }, index) => ({ id: `m${index}`, body })),
    )
  }

  #launch(tags: Record<string, string>, state: InstanceState = 'running'): Instance {
    this.#count++
    const id = `i-${this.#count.toString(16).padStart(17, '0')}`
    const address = `10.77.${Math.floor(this.#count / 250)}.${(this.#count % 250) + 1}`
    const instance = { id, state, address, vpcId: VPC, tags }
    this.instances.set(id, instance)
    return instance
  }

  #ask(verb: string): Instance[] {
    this.looks.push(verb)
    if (this.broken.has('ec2') || this.broken.has(verb))
      throw new ServiceFailure('EC2 does not list the instances: throttled')
    return [...this.instances.values()].map((each) => structuredClone(each))
  }
}

export const stateChange = (instance: { id: string }, state: InstanceState): object => ({
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  detail: { 'instance-id': instance.id, state },
})

export const terminating = (instance: { id: string }): object => ({
  source: 'aws.autoscaling',
  'detail-type': 'EC2 Instance-terminate Lifecycle Action',
  detail: {
    LifecycleActionToken: 'b1946ac9-2492-4fa8-b0b4-000000000000',
    AutoScalingGroupName: 'nanofleet-test-web-web',
    LifecycleHookName: 'drain',
    EC2InstanceId: instance.id,
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  },
})

export const spotWarning = (instance: { id: string }): object => ({
  source: 'aws.ec2',
  'detail-type': 'EC2 Spot Instance Interruption Warning',
  detail: { 'instance-id': instance.id, 'instance-action': 'terminate' },
})
