import type { ConsulServer, ServiceCatalog } from '../../core/base/catalog.ts'
import type { Instance, InstanceState } from '../../core/base/instances.ts'
import { isServer } from '../../core/base/instances.ts'
import { TAG } from '../../core/base/names.ts'
import type { HealingParts } from '../../core/healing/heal.ts'
import {
  type BatchParts,
  type QueueOutcome,
  registerMessages,
} from '../../core/registration/register-batch.ts'
import { type Report, reconcile } from '../../core/registration/round.ts'
import { FakeCatalog } from '../support/fake-catalog.ts'
import { MemoryDefinitions } from '../support/memory-definitions.ts'
import { MemoryHealingGroups, MemoryHealingStore } from '../support/memory-healing.ts'
import { MemoryHeldStore } from '../support/memory-held.ts'
import { MemoryInstances } from '../support/memory-instances.ts'
import { MemoryLifecycleActions } from '../support/memory-lifecycle.ts'
import { MemoryLater } from '../support/memory-queue.ts'

export const VPC = 'vpc-0a'

/**
 * A small world in memory: EC2, Parameter Store, Consul, the queue; and the registration functions on them.
 */
export class ModelFleet {
  /** Reads that fail: `ec2`, `confirm`, `held`, or a parameter's name. */
  readonly broken = new Set<string>()
  readonly ec2 = new MemoryInstances(VPC, this.broken)
  readonly definitions = new MemoryDefinitions(this.broken)
  readonly catalog = new FakeCatalog()
  readonly queue = new MemoryLater()
  readonly lifecycle = new MemoryLifecycleActions()
  readonly held = new MemoryHeldStore(this.broken)
  readonly groups = new MemoryHealingGroups()
  readonly healing = new MemoryHealingStore()
  /** A catalog that replaces the one in memory. */
  other: ServiceCatalog | undefined
  reconcileRequests = 0
  /** Servers about to go, according to the last request. */
  going: string[] = []
  now = new Date('2026-01-01T00:00:00Z')

  readonly instances = this.ec2.instances
  readonly parameters = this.definitions.parameters
  readonly sent = this.queue.sent
  readonly completed = this.lifecycle.completed
  /** Calls to EC2, by verb. */
  readonly looks = this.ec2.looks

  server(): ConsulServer {
    const instance = this.ec2.launch({ [TAG.kind]: 'consulserver' })
    const server = { instanceId: instance.id, address: instance.address }
    this.catalog.join(server)
    return server
  }

  /** A server that exists outside the model: its instance is running from now on. */
  adopt({ instanceId, address }: ConsulServer): void {
    const tags = { [TAG.kind]: 'consulserver' }
    this.instances.set(instanceId, { id: instanceId, state: 'running', address, vpcId: VPC, tags })
  }

  service(parameter = '/nanofleet/test/web/web/consul', state: InstanceState = 'running'): Instance {
    if (!this.parameters.has(parameter))
      this.parameters.set(parameter, JSON.stringify({ name: 'web', port: 80 }))
    return this.ec2.launch({ [TAG.kind]: 'service', [TAG.definition]: parameter, [TAG.app]: 'web' }, state)
  }

  set(instance: { id: string }, state: InstanceState): void {
    this.ec2.set(instance.id, state)
  }

  /** The server's instance ends, and gossip notices. */
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

  /** Seconds that a Consul server stays as it is after it was told to go. */
  serverDrainSeconds = 0

  parts(drainSeconds = 5): BatchParts & HealingParts {
    return {
      groups: this.groups,
      store: this.healing,
      startSeconds: 300,
      stage: 'test',
      vpcId: VPC,
      instances: this.ec2,
      catalog: this.other ?? this.catalog,
      definitions: this.definitions,
      drainSeconds,
      serverDrainSeconds: this.serverDrainSeconds,
      later: this.queue,
      pause: async () => {},
      lifecycle: this.lifecycle,
      requestReconcile: async (leaving) => {
        this.reconcileRequests++
        this.going = leaving
      },
    }
  }

  /** This many seconds pass. */
  later(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1000)
  }

  /** One round of `reconcile`, a minute after the last. */
  async reconcile(going: string[] = [], silent: string[] = []): Promise<Report> {
    this.later(60)
    return await reconcile(this.parts(), this.held, this.now, { going, silent })
  }

  /** One batch of `register`. */
  async deliver(...events: object[]): Promise<QueueOutcome> {
    return await registerMessages(
      this.parts(),
      events.map((event, index) => ({ id: `m${index}`, body: JSON.stringify(event) })),
      this.now,
    )
  }

  /** Delivers what the functions have sent to themselves. */
  async deliverLater(): Promise<QueueOutcome> {
    const bodies = this.sent.splice(0)
    return await registerMessages(
      this.parts(),
      bodies.map(({ body }, index) => ({ id: `m${index}`, body })),
      this.now,
    )
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

/** EC2 recommends replacing a spot instance. */
export const recommendation = (instance: { id: string }, at: Date): object => ({
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance Rebalance Recommendation',
  time: at.toISOString().replace(/\.\d+/, ''),
  detail: { 'instance-id': instance.id },
})

export const spotWarning = (instance: { id: string }): object => ({
  source: 'aws.ec2',
  'detail-type': 'EC2 Spot Instance Interruption Warning',
  detail: { 'instance-id': instance.id, 'instance-action': 'terminate' },
})

/** A fleet of Consul servers, with nothing registered. */
export function serversOnly(count: number): ModelFleet {
  const fleet = new ModelFleet()
  for (let index = 0; index < count; index++) fleet.server()
  return fleet
}

/** A fleet in which everything is registered. */
export async function fleetOf(servers: number, services: number): Promise<ModelFleet> {
  const fleet = new ModelFleet()
  for (let index = 0; index < servers; index++) fleet.server()
  for (let index = 0; index < services; index++) fleet.service()
  await fleet.reconcile()
  return fleet
}

/** The instances that are to be registered, in whatever state. */
export const servicesOf = (fleet: ModelFleet) =>
  [...fleet.instances.values()].filter((each) => each.tags.consulcloud === 'service')

/** Ids of those that run. */
export const runningOf = (fleet: ModelFleet) =>
  servicesOf(fleet)
    .filter((each) => each.state === 'running')
    .map((each) => each.id)
