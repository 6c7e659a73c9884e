import { describe, expect, it } from '@jest/globals'
import { unoffered } from '../../../adapters/aws/account-facts.ts'
import { ec2 } from '../../../adapters/aws/clients/ec2.ts'
import { CannedAws } from '../../support/canned-aws.ts'

const offer = (...types: string[]): string => {
  const items = types.map((type) => `<item><instanceType>${type}</instanceType></item>`).join('')
  return `<instanceTypeOfferingSet>${items}</instanceTypeOfferingSet>`
}

/** What is said of these types where the region has more than one page of others. */
async function asked(types: string[], ...answers: string[]) {
  const aws = new CannedAws({ DescribeInstanceTypeOfferings: answers })
  const client = ec2(await aws.start())
  try {
    return { missing: Object.fromEntries(await unoffered(client, types)), calls: aws.calls.length }
  } finally {
    await aws.stop()
  }
}

describe('instance types', () => {
  it('that the region offers need one call', async () => {
    expect(await asked(['t3.micro'], offer('t3.micro'))).toEqual({ missing: {}, calls: 1 })
  })

  it('that it does not are compared with all that it offers', async () => {
    const page = `${offer('m7i.large', 't3.small')}<nextToken>more</nextToken>`
    expect(
      await asked(['t3.mikro', 'x9.odd', 't3.micro'], offer('t3.micro'), page, offer('t3.micro')),
    ).toEqual({
      missing: { 't3.mikro': 't3.micro', 'x9.odd': '' },
      calls: 3,
    })
  })
})
