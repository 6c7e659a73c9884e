import { readFileSync } from 'node:fs'
import { partition } from '@aws-sdk/core/client'
import { describe, expect, it } from '@jest/globals'
import { arnOf, endpointOf, partitionOf, REGION_NAME } from '../../../core/base/partition.ts'

/** Every region that the SDK knows, from the file that its `partition` reads. */
const SDK = 'node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js'
const regions = [...new Set(readFileSync(SDK, 'utf8').match(/"[a-z]{2,4}(?:-[a-z]+)+-\d+"/g))].map((name) =>
  JSON.parse(name),
)
const OURS = ['aws', 'aws-cn', 'aws-us-gov']

describe('the partition of a region', () => {
  it('is that of the SDK for every region that the SDK knows', () => {
    expect(regions.length).toBeGreaterThan(35)
    for (const region of regions.filter((name) => OURS.includes(partition(name).name))) {
      expect(region).toMatch(REGION_NAME)
      const { name, dnsSuffix } = partition(region)
      expect([region, partitionOf(region)]).toEqual([region, { name, domain: dnsSuffix }])
    }
  })

  it('is refused in one sentence where it is none of ours', () => {
    const others = regions.filter((name) => !OURS.includes(partition(name).name))
    expect(others.map((name) => partition(name).name)).toEqual(
      expect.arrayContaining(['aws-iso', 'aws-iso-b', 'aws-eusc']),
    )
    for (const region of others)
      expect(() => partitionOf(region)).toThrow(
        `--region: "${region}" is in none of the partitions aws, aws-cn and aws-us-gov; name a region of one`,
      )
  })

  it('is in every ARN and address', () => {
    const place = { region: 'cn-north-1', account: '123456789012' }
    expect(arnOf(place, 'states', 'stateMachine:x')).toBe(
      'arn:aws-cn:states:cn-north-1:123456789012:stateMachine:x',
    )
    expect(endpointOf('s3', 'cn-north-1')).toBe('https://s3.cn-north-1.amazonaws.com.cn')
    expect(endpointOf('ssm', 'us-gov-east-1')).toBe('https://ssm.us-gov-east-1.amazonaws.com')
    expect(endpointOf('s3', 'us-west-1')).toBe('https://s3.us-west-1.amazonaws.com')
  })
})
