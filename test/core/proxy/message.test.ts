import { describe, expect, it } from '@jest/globals'
import { type Header, isGrpc, isReachable, passedOn } from '../../../core/proxy/message.ts'

describe('what the function may look up', () => {
  it.each(['frontend', 'hello-ts', 'a', 'Web1'])('is %s', (name) => {
    expect(isReachable(name)).toBe(true)
  })

  it.each([
    'consul',
    'CONSUL',
    '',
    'a.b',
    'example.com.',
    '169.254.169.254',
    '_web._tcp',
    'web.service.dc2',
    '-a',
    'a-',
    'a b',
    'a/b',
    'a:80',
    'web\n',
    'x'.repeat(64),
  ])('is not %j', (name) => {
    expect(isReachable(name)).toBe(false)
  })
})

describe('headers that are passed on', () => {
  it.each<[string, Header[], Header[]]>([
    [
      'keep order and case',
      [
        ['X-B', '1'],
        ['x-a', '2'],
        ['X-B', '3'],
      ],
      [
        ['X-B', '1'],
        ['x-a', '2'],
        ['X-B', '3'],
      ],
    ],
    [
      'lose what Connection names',
      [
        ['Connection', 'close, X-Hop'],
        ['x-hop', '1'],
        ['x-a', '2'],
      ],
      [['x-a', '2']],
    ],
    ['keep that trailers are wanted', [['te', 'trailers']], [['te', 'trailers']]],
    [
      'lose other codings',
      [
        ['TE', 'gzip'],
        ['Transfer-Encoding', 'chunked'],
        ['Expect', '100-continue'],
      ],
      [],
    ],
    [
      'lose pseudo headers and proxy credentials',
      [
        [':path', '/'],
        ['Proxy-Authorization', 'x'],
      ],
      [],
    ],
  ])('%s', (_what, given, passed) => {
    expect(passedOn(given)).toEqual(passed)
  })

  it.each([
    ['application/grpc', true],
    ['application/grpc+proto', true],
    ['application/grpc-web', false],
    ['application/json', false],
  ])('tell gRPC by %s: %s', (type, grpc) => {
    expect(isGrpc([['Content-Type', type]])).toBe(grpc)
  })
})
