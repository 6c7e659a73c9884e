import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { OfferScan } from '../../../core/prices/offer-scan.ts'
import { readOffer } from '../../../core/prices/read-offer.ts'
import { updatedTable } from '../../../core/prices/update-table.ts'
import { prices } from '../../support/prices.ts'

/** A product and its term as AWS publishes them (AWS Billing User Guide, "Reading a price list file"). */
const product = (sku: string, usagetype: string, attributes: object = {}, productFamily = 'Storage') => ({
  [sku]: {
    sku,
    productFamily,
    attributes: {
      servicecode: 'AmazonEC2',
      location: 'EU (Ireland)',
      locationType: 'AWS Region',
      regionCode: 'eu-west-1',
      usagetype,
      ...attributes,
    },
  },
})
const term = (sku: string, unit: string, ...tiers: [from: string, dollars: string][]) => ({
  [sku]: {
    [`${sku}.JRTCKXETXF`]: {
      offerTermCode: 'JRTCKXETXF',
      sku,
      effectiveDate: '2026-09-01T00:00:00Z',
      priceDimensions: Object.fromEntries(
        tiers.map(([beginRange, USD], index) => [
          `${sku}.JRTCKXETXF.${index}`,
          {
            unit,
            beginRange,
            endRange: 'Inf',
            description: 'with "quotes", {brackets} and a \\',
            pricePerUnit: { USD },
          },
        ]),
      ),
      termAttributes: {},
    },
  },
})
const linux = {
  instanceType: 't3.micro',
  operatingSystem: 'Linux',
  tenancy: 'Shared',
  preInstalledSw: 'NA',
  capacitystatus: 'Used',
  operation: 'RunInstances',
  marketoption: 'OnDemand',
}
const instance = (sku: string, other: object = {}, family = 'Compute Instance') =>
  product(sku, 'EU-BoxUsage:t3.micro', { ...linux, ...other }, family)

const offer = (products: object[], terms: object[], head: object = {}) => ({
  formatVersion: 'v1.0',
  disclaimer: 'This pricing list is for informational purposes only.',
  offerCode: 'AmazonEC2',
  version: '20260925174521',
  publicationDate: '2026-09-25T17:45:21Z',
  products: Object.assign({}, ...products),
  terms: { OnDemand: Object.assign({}, ...terms), Reserved: Object.assign({}, ...terms) },
  attributesList: {},
  ...head,
})
async function* pieces(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const read = async (value: object, list = 'AmazonEC2', region = 'eu-west-1') =>
  await readOffer(pieces(JSON.stringify(value, null, 2)), list, region)
const pricesOf = async (value: object, list?: string, region?: string) => {
  const found = await read(value, list, region)
  return 'wrong' in found ? found : found.prices
}

describe("AWS's price list of a service", () => {
  it('is read for what is made here, and nothing else of it', async () => {
    const list = offer(
      [
        instance('A1'),
        instance('A2', { operatingSystem: 'Windows' }),
        instance('A3', { tenancy: 'Dedicated' }),
        instance('A4', { preInstalledSw: 'SQL Web' }),
        instance('A5', { capacitystatus: 'UnusedCapacityReservation' }),
        instance('A6', { marketoption: 'CapacityBlock' }),
        instance('A7', {}, 'Dedicated Host'),
        instance('A8', { locationType: 'AWS Local Zone' }),
        instance('A9', { regionCode: 'eu-west-2' }),
        product('B1', 'EU-NatGateway-Hours', { operation: 'NatGateway' }, 'NAT Gateway'),
        product('B2', 'EU-NatGateway-Hours', { operation: 'RegionalNatGateway' }, 'NAT Gateway'),
        product('C1', 'EU-EBS:VolumeUsage.gp3'),
        product('C2', 'EU-EBS:VolumeUsage.gp3', { locationType: 'AWS Outposts' }),
        product('D1', 'EU-EBS:SnapshotUsage'),
        product('D2', 'EU-EBS:SnapshotUsage.outposts'),
      ],
      [
        term('A1', 'Hrs', ['0', '0.0114000000']),
        ...['A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'A9', 'B2', 'C2', 'D2'].map((sku) =>
          term(sku, 'Hrs', ['0', '9']),
        ),
        term('B1', 'Hrs', ['0', '0.0480000000']),
        term('C1', 'GB-Mo', ['0', '0.0880000000']),
        term('D1', 'GB-Mo', ['0', '0.0500000000']),
      ],
    )
    expect(await read(list)).toMatchObject({
      published: '2026-09-25',
      prices: { 'instance/t3.micro': 0.0114, 'nat/hour': 0.048, 'volume/gp3': 0.088, snapshot: 0.05 },
      problems: [
        'AmazonEC2 of eu-west-1 has no price for volumes of instances (gp2)',
        'AmazonEC2 of eu-west-1 has no price for what goes through the NAT gateway',
      ],
    })
  })

  it.each([
    ['EU-LCUUsage', 'LoadBalancing:Application', 'eu-west-1', 'application-balancer/capacity'],
    ['LCUUsage', 'LoadBalancing:Network', 'us-east-1', 'network-balancer/capacity'],
    ['USE1-LoadBalancerUsage', 'LoadBalancing:Network', 'us-east-1', 'network-balancer/hour'],
    ['EUC1-LoadBalancerUsage', 'LoadBalancing:Application', 'eu-central-1', 'application-balancer/hour'],
    ['EU-Outposts-LCUUsage', 'LoadBalancing:Application', 'eu-west-1', undefined],
    ['EU-ReservedLCUUsage', 'LoadBalancing:Application', 'eu-west-1', undefined],
    ['TS-LoadBalancerUsage', 'LoadBalancing:Application', 'us-east-1', undefined],
    ['EU-LoadBalancerUsage', 'LoadBalancing', 'eu-west-1', undefined],
  ])('calls %s of %s in %s %s here', async (usage, operation, regionCode, key) => {
    const list = offer([product('A', usage, { operation, regionCode })], [term('A', 'Hrs', ['0', '0.5'])], {
      offerCode: 'AWSELB',
    })
    expect(await pricesOf(list, 'AWSELB', regionCode)).toEqual(key === undefined ? {} : { [key]: 0.5 })
  })

  it("leaves free allowances out, as they are an account's, and takes the first price after them", async () => {
    const tiers: [string, string][] = [
      ['25', '0.2830000000'],
      ['0', '0.0000000000'],
      ['51200', '0.1'],
    ]
    const list = offer([product('A', 'EU-TimedStorage-ByteHrs')], [term('A', 'GB-Mo', ...tiers)], {
      offerCode: 'AmazonDynamoDB',
    })
    expect(await pricesOf(list, 'AmazonDynamoDB')).toEqual({ 'table/storage': 0.283 })
    const key = offer([product('A', 'eu-west-1-KMS-Keys')], [term('A', 'Keys', ['0', '1'])], {
      offerCode: 'awskms',
    })
    expect(await pricesOf(key, 'awskms')).toEqual({ key: 1 })
    const kafka = offer([product('A', 'EU-Kafka.t3.small')], [term('A', 'hours', ['0', '2'])], {
      offerCode: 'AmazonMSK',
    })
    expect(await pricesOf(kafka, 'AmazonMSK')).toEqual({ 'broker/t3.small': 2 })
  })

  it('gives no price to what has two', async () => {
    const both = [instance('A'), instance('B')]
    const list = offer(both, [term('A', 'Hrs', ['0', '1']), term('B', 'Hrs', ['0', '2'])])
    const found = await read(list)
    expect(found).toMatchObject({ prices: {} })
    expect(Object(found).problems).toContain('AmazonEC2 of eu-west-1 has 2 prices for instance t3.micro')
    const same = offer(both, [term('A', 'Hrs', ['0', '1']), term('B', 'Hrs', ['0', '1'])])
    expect(await pricesOf(same)).toEqual({ 'instance/t3.micro': 1 })
  })

  it.each([
    ['of another format', { formatVersion: 'v2.0' }, 'has the format v2.0, and only v1.0 is known'],
    ['of another service', { offerCode: 'AmazonS3' }, 'is the list of AmazonS3, not of AmazonEC2'],
  ])('is refused if it is one %s', async (_what, head, wrong) => {
    expect(await read(offer([], [], head))).toEqual({ wrong })
  })

  it.each([
    ['an end in the middle', '{"formatVersion": "v1.0", "products": {', 'ends in the middle'],
    ['nothing', '', 'ends in the middle'],
    ['what is not JSON', '{"formatVersion": v1}', /^is not JSON: /],
  ])('is refused with %s', async (_what, text, wrong) => {
    const found = await readOffer(pieces(text), 'AmazonEC2', 'eu-west-1')
    if (typeof wrong === 'string') expect(found).toEqual({ wrong })
    else expect(Object(found).wrong).toMatch(wrong)
  })

  it('is taken apart as JSON reads it, wherever its bytes break off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.jsonValue())),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        async (value, size, wide) => {
          const plain = JSON.parse(JSON.stringify(value)) as Record<string, Record<string, unknown>>
          const took: [string, unknown][] = []
          const scan = new OfferScan(
            (path) => (path.length === 1 ? 'enter' : (path[1] ?? '').length % 2 === 0 ? 'take' : 'skip'),
            (path, found) => took.push([path.join(' / '), found]),
          )
          for await (const piece of pieces(JSON.stringify(plain, null, wide ? 2 : 0), size)) scan.write(piece)
          const wanted = Object.entries(plain).flatMap(([name, inner]) =>
            Object.entries(inner)
              .filter(([key]) => key.length % 2 === 0)
              .map(([key, found]) => [`${name} / ${key}`, found]),
          )
          expect([scan.complete, took]).toEqual([true, wanted])
        },
      ),
    )
  })
})

describe('a table that is brought up to date', () => {
  it('has the new prices of what was read, and keeps the others', () => {
    const anew = {
      list: 'AmazonEC2',
      published: '2026-02-01',
      read: '2026-02-02',
      prices: { 'nat/hour': 0.06 },
    }
    const { regions } = updatedTable(prices, 'eu-west-1', [anew])
    expect(regions['eu-west-1']).toEqual([anew, prices.regions['eu-west-1']?.[1]])
    const other = updatedTable(prices, 'us-east-1', [anew, { ...anew, list: 'AmazonS3', prices: {} }])
    expect(other.regions).toEqual({ ...prices.regions, 'us-east-1': [anew] })
  })
})
