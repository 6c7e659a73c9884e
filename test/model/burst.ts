import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DescribeInstancesCommandInput, EC2Client } from '@aws-sdk/client-ec2'
import { parse } from 'yaml'
import { Ec2Instances } from '../../adapters/aws/ec2-instances.ts'
import type { ServiceCatalog } from '../../core/base/catalog.ts'
import { CLOUDFORMATION_TAGS } from '../../core/base/cloudformation-yaml.ts'
import { TAG } from '../../core/base/names.ts'
import { type BatchParts, registerMessages } from '../../core/registration/register-batch.ts'
import { registerNew } from '../../core/registration/register-new.ts'
import { reconcile } from '../../core/registration/round.ts'
import { FakeCatalog } from '../support/fake-catalog.ts'
import { MemoryDefinitions } from '../support/memory-definitions.ts'
import { MemoryHeldStore } from '../support/memory-held.ts'
import { stateChange } from './model-fleet.ts'
import { TokenBucket, VirtualTime } from './virtual-time.ts'

/** How many seconds calls take: short ones, so that most of them coincide. */
const TAKES = { ec2: 0.1, consul: 0.05 }
const VPC = 'vpc-0a'

export interface Settings {
  /** Instances that were already running. */
  fleet: number
  /** Instances that start at the same moment. */
  events: number
  /** Seconds by which EC2's answers lag behind its events. */
  lag: number
}

export interface Course {
  /** Calls to EC2, and those that it refused. */
  calls: number
  throttled: number
  /** The tokens left at the worst moment. */
  lowest: number
  /** Seconds until the last of them was registered. */
  seconds: number
  /** The most simultaneous calls to Consul. */
  atOnce: number
  /** Instance ids in the order of their registration. */
  order: string[]
  arrived: string[]
}

/** How the queue hands messages to `register`: the values in the template. */
export function queueSettings(): { batch: number; atOnce: number } {
  const path = join(import.meta.dirname, '../../resources/registration.yml')
  const { Resources } = parse(readFileSync(path, 'utf8'), { customTags: CLOUDFORMATION_TAGS })
  const { BatchSize, ScalingConfig } = Resources.RegisterMessages.Properties
  return { batch: BatchSize, atOnce: ScalingConfig.MaximumConcurrency }
}

/** Plays a burst of starts against EC2's bucket, while a round over the fleet is also running. */
export async function burst({ fleet, events, lag }: Settings): Promise<Course> {
  const time = new VirtualTime()
  const bucket = new TokenBucket(100, 20)
  const course: Course = { calls: 0, throttled: 0, lowest: 0, seconds: 0, atOnce: 0, order: [], arrived: [] }
  const instances = new Map<string, { id: string; kind: string; since: number; index: number }>()
  const add = (id: string, kind: string, since: number): void => {
    instances.set(id, { id, kind, since, index: instances.size })
  }
  const id = (index: number): string => `i-${index.toString(16).padStart(17, '0')}`
  const servers = [1, 2, 3].map((index) => ({ instanceId: id(index), address: addressOf(index - 1) }))
  for (const { instanceId } of servers) add(instanceId, 'consulserver', -100)
  for (let index = 0; index < fleet; index++) add(id(100 + index), 'service', -100)
  course.arrived = Array.from({ length: events }, (_, index) => id(1_000_000 + index))
  for (const each of course.arrived) add(each, 'service', 0)

  const send = async ({ input }: { input: DescribeInstancesCommandInput }): Promise<object> => {
    course.calls++
    const values = (name: string) => input.Filters?.find(({ Name }) => Name === name)?.Values
    const ids = values('instance-id')
    await time.sleep(TAKES.ec2)
    if (!bucket.take(time.now)) {
      course.throttled++
      throw new Error('RequestLimitExceeded')
    }
    const kinds = values(`tag:${TAG.kind}`)
    const some = ids ? ids.flatMap((each) => instances.get(each) ?? []) : [...instances.values()]
    const matching = some.filter(({ kind }) => !kinds || kinds.includes(kind))
    const start = Number(input.NextToken ?? 0)
    const next = start + (input.MaxResults ?? 1000)
    const page = matching.slice(start, next).map(({ id: InstanceId, kind, since, index }) => ({
      InstanceId,
      State: { Name: time.now - since >= lag ? 'running' : 'pending' },
      PrivateIpAddress: addressOf(index),
      VpcId: VPC,
      Tags: [
        { Key: TAG.kind, Value: kind },
        { Key: TAG.definition, Value: PARAMETER },
      ],
    }))
    return {
      Reservations: [{ Instances: page }],
      ...(next < matching.length ? { NextToken: String(next) } : {}),
    }
  }

  const catalog = new FakeCatalog(servers)
  let inFlight = 0
  const slow = new Proxy(catalog, {
    get(target, name, slowed: ServiceCatalog) {
      if (name === 'registerNew')
        return (...args: Parameters<ServiceCatalog['registerNew']>) => registerNew(slowed, ...args)
      const verb: unknown = Reflect.get(target, name)
      if (typeof verb !== 'function') return verb
      return async (...args: unknown[]): Promise<unknown> => {
        course.atOnce = Math.max(course.atOnce, ++inFlight)
        await time.sleep(TAKES.consul)
        inFlight--
        if (name === 'register')
          course.order.push((args[1] as { registration: { ID: string } }).registration.ID)
        return (await verb.apply(target, args)) as unknown
      }
    },
  })
  const definitions = new MemoryDefinitions()
  definitions.parameters.set(PARAMETER, JSON.stringify({ name: 'web', port: 80 }))
  const visible: { at: number; body: string }[] = course.arrived.map((each) => ({
    at: 0,
    body: JSON.stringify(stateChange({ id: each }, 'running')),
  }))
  const parts = (): BatchParts => ({
    stage: 'test',
    vpcId: VPC,
    instances: new Ec2Instances({ send } as unknown as EC2Client, VPC, () => time.now * 1000),
    catalog: slow,
    definitions,
    pause: (milliseconds) => time.sleep(milliseconds / 1000),
    drainSeconds: 5,
    serverDrainSeconds: 0,
    later: {
      send: async (body, delaySeconds) => void visible.push({ at: time.now + delaySeconds, body }),
    },
    lifecycle: { complete: async () => {} },
    requestReconcile: async () => {},
  })
  const date = () => new Date(time.now * 1000)
  const { batch, atOnce } = queueSettings()
  const worker = async (): Promise<void> => {
    // A function's process handles one batch after the other.
    const wired = parts()
    while (course.order.length < events && time.now < 60) {
      const ready = visible.filter(({ at }) => at <= time.now).slice(0, batch)
      for (const message of ready) visible.splice(visible.indexOf(message), 1)
      const messages = ready.map(({ body }, index) => ({ id: String(index), body }))
      if (ready.length === 0) await time.sleep(0.1)
      else
        await registerMessages(wired, messages, date()).catch(() => {
          // Back to the queue, where the messages become visible again after a minute.
          visible.push(...ready.map(({ body }) => ({ at: time.now + 60, body })))
        })
    }
    course.seconds = Math.max(course.seconds, time.now)
  }
  // A round over the fleet at the same time; what matters here is what it asks EC2.
  const round = async (): Promise<void> => {
    const catalog = new FakeCatalog(servers)
    catalog.fault = () => new Error('not asked')
    await reconcile({ ...parts(), catalog }, new MemoryHeldStore(), date()).catch(() => undefined)
  }
  await Promise.all([round(), ...Array.from({ length: atOnce }, worker), time.run()])
  course.lowest = bucket.lowest
  return course
}

const PARAMETER = '/nanofleet/test/web/web/consul'
const addressOf = (index: number): string => `10.77.${Math.floor(index / 250)}.${(index % 250) + 1}`
