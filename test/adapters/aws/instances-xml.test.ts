import { describe, expect, it } from '@jest/globals'
import { readInstances } from '../../../adapters/aws/instances-xml.ts'

const item = (more: string): string =>
  `<item><instanceId>i-0a</instanceId>${more}<tagSet><item><key>a</key><value/></item></tagSet></item>`
const running = '<instanceState><code>16</code><name>running</name></instanceState>'
const answer = (...items: string[]): string =>
  `<reservationSet><item><instancesSet>${items.join('')}</instancesSet></item></reservationSet>`

describe('instances in an answer of EC2', () => {
  it('are read with what a round needs, several of one reservation too', () => {
    const second = item(`${running}<vpcId>vpc-1</vpcId>\n<privateIpAddress>10.0.0.9</privateIpAddress>`)
    expect(readInstances(answer(item(running), second))).toEqual({
      Reservations: [
        {
          Instances: [
            { InstanceId: 'i-0a', State: { Name: 'running' }, Tags: [{ Key: 'a', Value: '' }] },
            {
              InstanceId: 'i-0a',
              State: { Name: 'running' },
              VpcId: 'vpc-1',
              PrivateIpAddress: '10.0.0.9',
              Tags: [{ Key: 'a', Value: '' }],
            },
          ],
        },
      ],
    })
  })

  it('have tags with every character that XML can hold', () => {
    const tags =
      '<tagSet><item><key>&lt;k&gt;</key>\n<value>&amp;amp; &#233;&#x1F600; &quot;&apos;</value></item></tagSet>'
    const [first] =
      readInstances(answer(`<item><instanceId>i-0a</instanceId>${running}${tags}</item>`)).Reservations ?? []
    expect(first?.Instances?.[0]?.Tags).toEqual([{ Key: '<k>', Value: `&amp; é😀 "'` }])
  })

  it('may be none, and go on at a token', () => {
    const xml = '<reservationSet/><nextToken>a&amp;b=</nextToken>'
    expect(readInstances(xml)).toEqual({ Reservations: [{ Instances: [] }], NextToken: 'a&b=' })
  })

  it.each([
    ['no state', item('')],
    ['no id', `<item>${running}</item>`],
  ])('are not believed when one has %s', (_what, broken) => {
    expect(() => readInstances(answer(broken))).toThrow('an instance in the answer has no id or no state')
  })
})
