import { describe, expect, it } from '@jest/globals'
import { AdService } from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { grpcClient } from '../../../../apps/lib/grpc/client.ts'
import { parse } from '../../../../apps/lib/grpc/instances.ts'
import { codeName, PeerFailure } from '../../../../apps/lib/grpc/problem.ts'

describe('An address', () => {
  it.each([
    ['a name', 'ads.service.consul:9555', [{ host: 'ads.service.consul', port: 9555 }]],
    ['an IP', '10.0.0.7:80', [{ host: '10.0.0.7', port: 80 }]],
    ['an IPv6 address', '[::1]:80', [{ host: '::1', port: 80 }]],
    [
      'a list',
      'a:1, b:2',
      [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    ],
  ])('is %s with a port', (_what, text, parts) => {
    expect(parse(text)).toEqual(parts)
  })

  it.each(['', 'ads', 'ads:', 'ads:x', ':80', 'ads:0', 'ads:70000', 'a:1,', 'http://ads:80'])(
    'is not %p',
    (text) => {
      expect(() => grpcClient(AdService, text)).toThrow('is not the address of a gRPC service')
    },
  )
})

describe('A failed call', () => {
  it("names the call, its status and the other side's message", () => {
    const failure = new PeerFailure('shop.Ads', 'GetAds', codeName(5), 'There are none.')
    expect(failure.message).toBe('shop.Ads/GetAds answered NOT_FOUND: There are none.')
  })

  it.each([
    [14, 'UNAVAILABLE'],
    [99, 'UNKNOWN'],
    [0, 'UNKNOWN'],
  ])('with status %p is %s', (number, name) => {
    expect(codeName(number)).toBe(name)
  })
})
