import {
  DescribeInstancesCommand,
  type EC2Client,
  type Instance as Ec2Instance,
  type Filter,
} from '@aws-sdk/client-ec2'
import { ServiceFailure } from '../../core/base/errors.ts'
import {
  type Instance,
  type InstanceSource,
  type InstanceState,
  isServer,
  type Sight,
} from '../../core/base/instances.ts'
import { TAG } from '../../core/base/names.ts'
import { withLeanAnswer } from './lean-answer.ts'

/**
 * DescribeInstances returns at most 1,000 per page and takes at most 200 values per filter (EC2 API
 * Reference).
 */
const PAGE = 1000
/**
 * A fleet of up to this many is read as a whole for each batch. For a larger one it is faster to ask for the
 * few instances, and now and then for the servers: EC2 sends some 5 KB for each.
 */
const SMALL = 20
const VALUES = 200
/** How long a fleet that did not fit counts as large, without another try. */
const LARGE_FOR_MS = 60_000
/**
 * How long the Consul servers of a large fleet are remembered: asking with every batch of a burst would empty
 * EC2's bucket of 100 requests.
 */
const SERVERS_FOR_MS = 2000

/** The instances of one VPC as EC2 shows them. */
export class Ec2Instances implements InstanceSource {
  readonly #client: EC2Client
  readonly #vpcId: string
  readonly #now: () => number
  /** When the fleet was last too large to count as small, in ms. */
  #largeAt = -Infinity
  #servers: { read: Promise<Instance[]>; at: number } | undefined

  /** @param now milliseconds */
  constructor(client: EC2Client, vpcId: string, now: () => number = Date.now) {
    this.#client = client
    this.#vpcId = vpcId
    this.#now = now
  }

  async all(): Promise<Instance[]> {
    return await this.#read([...this.#fleet(), filter('instance-state-name', LIVING)])
  }

  /**
   * A page holds all of a small fleet: one call gets instances and servers. In a larger fleet only the given
   * instances and the servers are read, or the servers alone if no instances are given.
   */
  async look(ids: string[]): Promise<Sight> {
    if (ids.length === 0) return { instances: [], servers: await this.#readServers() }
    if (this.#now() - this.#largeAt >= LARGE_FOR_MS) {
      const { instances, next } = await this.#page(this.#fleet(), undefined, SMALL)
      const wanted = new Set(ids)
      if (next === undefined)
        return {
          instances: instances.filter(({ id }) => wanted.has(id)),
          servers: instances.filter(isServer),
        }
      this.#largeAt = this.#now()
    }
    const [instances, servers] = await Promise.all([this.#byId(ids, this.#fleet()), this.#consulServers()])
    return { instances, servers }
  }

  async #consulServers(): Promise<Instance[]> {
    const at = this.#now()
    if (this.#servers && at - this.#servers.at < SERVERS_FOR_MS) return await this.#servers.read
    const read = this.#readServers()
    this.#servers = { read, at }
    try {
      return await read
    } catch (error) {
      this.#servers = undefined
      throw error
    }
  }

  #readServers(): Promise<Instance[]> {
    return this.#read([filter('vpc-id', [this.#vpcId]), filter(`tag:${TAG.kind}`, ['consulserver'])])
  }

  async confirm(ids: string[]): Promise<Instance[]> {
    return await this.#byId(ids, [])
  }

  /** Unlike the parameter InstanceIds, a filter ignores ids that EC2 does not know. */
  async #byId(ids: string[], others: Filter[]): Promise<Instance[]> {
    const found: Instance[] = []
    for (let start = 0; start < ids.length; start += VALUES)
      found.push(...(await this.#read([...others, filter('instance-id', ids.slice(start, start + VALUES))])))
    return found
  }

  #fleet(): Filter[] {
    return [filter('vpc-id', [this.#vpcId]), filter(`tag:${TAG.kind}`, ['service', 'consulserver'])]
  }

  async #read(filters: Filter[]): Promise<Instance[]> {
    const found: Instance[] = []
    let token: string | undefined
    do {
      const { instances, next } = await this.#page(filters, token)
      found.push(...instances)
      token = next
    } while (token !== undefined)
    return found
  }

  async #page(
    filters: Filter[],
    token?: string,
    size = PAGE,
  ): Promise<{ instances: Instance[]; next: string | undefined }> {
    try {
      const answer = await this.#client.send(
        withLeanAnswer(
          new DescribeInstancesCommand({
            Filters: filters,
            MaxResults: size,
            ...(token ? { NextToken: token } : {}),
          }),
        ),
      )
      const instances = (answer.Reservations ?? []).flatMap((each) => (each.Instances ?? []).map(toInstance))
      return { instances, next: answer.NextToken || undefined }
    } catch (cause) {
      throw new ServiceFailure(`EC2 does not list the instances: ${(cause as Error).message}`, { cause })
    }
  }
}

const LIVING = ['pending', 'running', 'shutting-down', 'stopping', 'stopped']

const filter = (name: string, values: string[]): Filter => ({ Name: name, Values: values })

const toInstance = (instance: Ec2Instance): Instance => ({
  id: instance.InstanceId ?? '',
  state: (instance.State?.Name ?? 'pending') as InstanceState,
  address: instance.PrivateIpAddress ?? '',
  vpcId: instance.VpcId ?? '',
  tags: Object.fromEntries((instance.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
})
