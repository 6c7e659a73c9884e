import type { DescribeInstancesCommandInput, EC2Client, Instance } from '@aws-sdk/client-ec2'
import { describe, expect, it } from '@jest/globals'
import { ec2 } from '../../../adapters/aws/clients/ec2.ts'
import { Ec2Instances } from '../../../adapters/aws/ec2-instances.ts'
import { instanceFacts } from '../../../adapters/aws/instance-facts.ts'
import { CannedAws } from '../../support/canned-aws.ts'

/**
 * EC2 that holds instances of one VPC and answers DescribeInstances in pages, as the API's page describes it.
 */
class PagedEc2 {
  readonly calls: DescribeInstancesCommandInput[] = []
  readonly #instances: Instance[]
  readonly #page: number
  failAt = Number.POSITIVE_INFINITY

  constructor(instances: Instance[], page: number) {
    this.#instances = instances
    this.#page = page
  }

  get client(): EC2Client {
    return this as unknown as EC2Client
  }

  async send({ input }: { input: DescribeInstancesCommandInput }): Promise<object> {
    this.calls.push(input)
    if (this.calls.length >= this.failAt) throw new Error('Request limit exceeded.')
    for (const { Values } of input.Filters ?? [])
      if ((Values?.length ?? 0) > 200) throw new Error('FilterLimitExceeded')
    const ids = input.Filters?.find((filter) => filter.Name === 'instance-id')?.Values
    const kinds = input.Filters?.find((filter) => filter.Name === 'tag:consulcloud')?.Values
    const matching = this.#instances.filter(
      (each) =>
        (!ids || ids.includes(each.InstanceId ?? '')) &&
        (!kinds || kinds.includes(each.Tags?.find(({ Key }) => Key === 'consulcloud')?.Value ?? '')),
    )
    const start = Number(input.NextToken ?? 0)
    const next = start + this.#page
    const Reservations = matching.slice(start, next).map((each) => ({ Instances: [each] }))
    return { Reservations, ...(next < matching.length ? { NextToken: String(next) } : {}) }
  }
}

const instance = (index: number, kind = 'service'): Instance => ({
  InstanceId: `i-${index}`,
  State: { Name: 'running' },
  PrivateIpAddress: `10.77.0.${index}`,
  VpcId: 'vpc-0a',
  Tags: [{ Key: 'consulcloud', Value: kind }],
})
const many = (count: number) => Array.from({ length: count }, (_, index) => instance(index))

describe('the instances as EC2 shows them', () => {
  it('are read from all pages', async () => {
    const ec2 = new PagedEc2(many(25), 10)
    const all = await new Ec2Instances(ec2.client, 'vpc-0a').all()
    expect(all).toHaveLength(25)
    expect(all[3]).toEqual({
      id: 'i-3',
      state: 'running',
      address: '10.77.0.3',
      vpcId: 'vpc-0a',
      tags: { consulcloud: 'service' },
    })
    expect(ec2.calls).toHaveLength(3)
  })

  it('are not read at all when one page fails', async () => {
    const ec2 = new PagedEc2(many(25), 10)
    ec2.failAt = 3
    await expect(new Ec2Instances(ec2.client, 'vpc-0a').all()).rejects.toThrow(
      'EC2 does not list the instances: Request limit exceeded.',
    )
  })

  it('are looked up together with the Consul servers in one call', async () => {
    const ec2 = new PagedEc2([...many(5), instance(99, 'consulserver')], 10)
    const sight = await new Ec2Instances(ec2.client, 'vpc-0a').look(['i-1', 'i-2', 'i-404'])
    expect(sight.instances.map((each) => each.id)).toEqual(['i-1', 'i-2'])
    expect(sight.servers.map((each) => each.id)).toEqual(['i-99'])
    expect(ec2.calls).toHaveLength(1)
  })

  it('are not read when only the Consul servers are wanted', async () => {
    const ec2 = new PagedEc2([...many(5), instance(99, 'consulserver')], 10)
    const { servers, instances } = await new Ec2Instances(ec2.client, 'vpc-0a').look([])
    expect(servers.map((each) => each.id)).toEqual(['i-99'])
    expect(instances).toEqual([])
    expect(ec2.calls.map(({ Filters }) => Filters?.at(-1)?.Values)).toEqual([['consulserver']])
  })

  it('are asked for by id in a fleet of more than a page, not read to its end', async () => {
    const ec2 = new PagedEc2([...many(95), instance(99, 'consulserver')], 10)
    const sight = await new Ec2Instances(ec2.client, 'vpc-0a').look(['i-1', 'i-94'])
    expect(sight.instances.map((each) => each.id)).toEqual(['i-1', 'i-94'])
    expect(sight.servers.map((each) => each.id)).toEqual(['i-99'])
    expect(ec2.calls).toHaveLength(3)
  })

  it('are asked for with one call, of a large fleet, when its servers have just been read', async () => {
    const ec2 = new PagedEc2([...many(95), instance(99, 'consulserver')], 10)
    let now = 0
    const source = new Ec2Instances(ec2.client, 'vpc-0a', () => now)
    await source.look(['i-1'])
    const calls: number[] = []
    for (const later of [1000, 2500]) {
      now = later
      const before = ec2.calls.length
      const sight = await source.look(['i-94'])
      expect(sight.servers.map((each) => each.id)).toEqual(['i-99'])
      calls.push(ec2.calls.length - before)
    }
    expect(calls).toEqual([1, 2])
  })

  it('are read with one call again a minute after a large fleet became small', async () => {
    const fleet = many(95)
    const ec2 = new PagedEc2(fleet, 10)
    let now = 0
    const source = new Ec2Instances(ec2.client, 'vpc-0a', () => now)
    await source.look(['i-1'])
    fleet.splice(5)
    const calls: number[] = []
    for (const later of [59_000, 60_000, 60_001]) {
      now = later
      const before = ec2.calls.length
      await source.look(['i-1'])
      calls.push(ec2.calls.length - before)
    }
    expect(calls).toEqual([2, 1, 1])
  })

  it('are confirmed wherever they are, 200 ids per call', async () => {
    const ec2 = new PagedEc2(many(450), 1000)
    const ids = Array.from({ length: 450 }, (_, index) => `i-${index}`)
    expect(await new Ec2Instances(ec2.client, 'vpc-0a').confirm(ids)).toHaveLength(450)
    expect(ec2.calls).toHaveLength(3)
    expect(ec2.calls.flatMap((call) => call.Filters?.map((filter) => filter.Name))).not.toContain('vpc-id')
  })
})

describe('what a person is told of instances', () => {
  const item = (id: string, inside: string) =>
    `<item><instancesSet><item><instanceId>${id}</instanceId>${inside}</item></instancesSet></item>`
  const tag = (key: string, value: string) => `<item><key>${key}</key><value>${value}</value></item>`

  it('comes from all pages and has empty fields for what EC2 does not say', async () => {
    const tags = ['app', 'service', 'release'].map((key, at) => tag(`nanofleet:${key}`, `${at}`)).join('')
    const full = `<instanceState><name>running</name></instanceState><imageId>ami-1</imageId>
      <privateIpAddress>10.0.0.4</privateIpAddress><instanceType>t3.micro</instanceType>
      <placement><availabilityZone>eu-west-1a</availabilityZone></placement>
      <launchTime>2026-01-31T12:00:00.000Z</launchTime><tagSet>${tags}</tagSet>`
    const aws = new CannedAws({
      DescribeInstances: [
        `<reservationSet>${item('i-1', full)}</reservationSet><nextToken>more</nextToken>`,
        `<reservationSet>${item('i-2', '')}</reservationSet>`,
      ],
    })
    const facts = await instanceFacts(ec2(await aws.start()), 'vpc-0a').finally(() => aws.stop())
    expect(facts.get('i-1')).toEqual({
      id: 'i-1',
      state: 'running',
      address: '10.0.0.4',
      zone: 'eu-west-1a',
      type: 't3.micro',
      imageId: 'ami-1',
      launchedAt: '2026-01-31T12:00:00.000Z',
      app: '0',
      service: '1',
      release: '2',
    })
    expect(facts.get('i-2')).toMatchObject({ state: 'unknown', address: '', app: '', launchedAt: '' })
    expect(aws.calls[0]?.body).toContain('vpc-0a')
  })

  it('fails where EC2 refuses, as half a list would hide instances', async () => {
    const aws = new CannedAws({ DescribeInstances: { error: 'UnauthorizedOperation' } })
    const facts = instanceFacts(ec2(await aws.start()), 'vpc-0a').finally(() => aws.stop())
    await expect(facts).rejects.toThrow('EC2 does not list the instances')
  })
})
