import type { DescribeInstancesCommandInput, EC2Client } from '@aws-sdk/client-ec2'
import type { InstanceState } from '../../core/base/instances.ts'

/** An instance from some moment on. */
export interface Version {
  /** Seconds. */
  at: number
  state: InstanceState
  tags: Record<string, string>
}

export interface Machine {
  id: string
  address: string
  versions: Version[]
  /** EC2 knows a terminated instance for about an hour. */
  forgotten: boolean
}

/** Instances per page: few, so that fleets of a model have several. */
const PAGE = 5

/**
 * EC2 as DescribeInstances shows it, in pages, filtered and up to `lag` seconds late: a new instance, its
 * state or its tags may not be visible yet. A page may be empty without being the last one (EC2 API
 * Reference, "DescribeInstances").
 */
export class LaggingEc2 {
  readonly machines = new Map<string, Machine>()
  lag = 0
  /** Instances that answers leave out, although they exist. */
  hidden: ReadonlySet<string> = new Set()
  readonly #vpcId: string
  #count = 0
  readonly #now: () => number
  readonly #network: string

  /** @param network the first two numbers of the addresses */
  constructor(vpcId: string, now: () => number, network = '10.77') {
    this.#vpcId = vpcId
    this.#now = now
    this.#network = network
  }

  launch(tags: Record<string, string>, state: InstanceState): Machine {
    const number = ++this.#count
    const id = `i-${number.toString(16).padStart(17, '0')}`
    const address = `${this.#network}.${1 + Math.floor(number / 250)}.${(number % 250) + 1}`
    return this.adopt(id, address, tags, state)
  }

  /** An instance with a given id and address. */
  adopt(id: string, address: string, tags: Record<string, string>, state: InstanceState): Machine {
    const machine = { id, address, versions: [{ at: this.#now(), state, tags }], forgotten: false }
    this.machines.set(id, machine)
    return machine
  }

  change(machine: Machine, change: Partial<Omit<Version, 'at'>>): void {
    machine.versions.push({ ...truth(machine), ...change, at: this.#now() })
  }

  /** @param pass awaited before every page; throws when the call fails */
  client(pass: () => Promise<void>): EC2Client {
    const send = async ({ input }: { input: DescribeInstancesCommandInput }): Promise<object> => {
      await pass()
      return this.#page(input)
    }
    return { send } as unknown as EC2Client
  }

  #page({ Filters = [], NextToken = '' }: DescribeInstancesCommandInput): object {
    const at = this.#now() - this.lag
    const ids = [...this.machines.keys()].filter((id) => id > NextToken).sort()
    const some = ids.slice(0, PAGE).flatMap((id) => this.machines.get(id) ?? [])
    const last = some.at(-1)?.id ?? NextToken
    const more = ids.length > PAGE
    const shown = some
      .filter(({ id, forgotten }) => !forgotten && !this.hidden.has(id))
      .flatMap((machine) => this.#shown(machine, at))
      .filter((each) => Filters.every(({ Name = '', Values = [] }) => Values.includes(filtered(each, Name))))
    return {
      Reservations: shown.map((each) => ({ Instances: [each] })),
      ...(more ? { NextToken: last } : {}),
    }
  }

  #shown({ id, address, versions }: Machine, at: number) {
    const version = versions.findLast((each) => each.at <= at)
    if (!version) return []
    const over = version.state === 'terminated'
    const Tags = Object.entries(version.tags).map(([Key, Value]) => ({ Key, Value }))
    const place = over ? {} : { PrivateIpAddress: address, VpcId: this.#vpcId }
    return [{ InstanceId: id, State: { Name: version.state }, Tags, ...place }]
  }
}

type Shown = {
  InstanceId: string
  State: { Name: string }
  VpcId?: string
  Tags: { Key: string; Value: string }[]
}

function filtered(instance: Shown, filter: string): string {
  if (filter === 'vpc-id') return instance.VpcId ?? ''
  if (filter === 'instance-id') return instance.InstanceId
  if (filter === 'instance-state-name') return instance.State.Name
  return instance.Tags.find(({ Key }) => `tag:${Key}` === filter)?.Value ?? ''
}

/** What is true now. */
export const truth = ({ versions }: Machine): Version => versions.at(-1) as Version

/** Everything that was true since some moment. */
export function since<T extends { at: number }>(versions: T[], at: number): T[] {
  const first = versions.findLastIndex((each) => each.at <= at)
  return versions.slice(Math.max(0, first))
}
