import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { PROBES, type ProbeKind, targetOf, targetProblem } from '../../../core/definition/check-targets.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'

const ADDRESS = '10.77.0.20'
/** Places that hold the word and are somebody else, or that an attacker would like a Consul server to ask. */
const ELSEWHERE: Record<ProbeKind, string[]> = {
  HTTP: [
    'http://localhost:8080/',
    'http://127.0.0.1/',
    'http://169.254.169.254/latest/api/token',
    'http://HEALTHROUTE@169.254.169.254/',
    'http://HEALTHROUTE:80@169.254.169.254/',
    'http://user@HEALTHROUTE@169.254.169.254/',
    'http://169.254.169.254/HEALTHROUTE',
    'http://169.254.169.254?@HEALTHROUTE/',
    'http://169.254.169.254#@HEALTHROUTE/',
    'http://169.254.169.254\\@HEALTHROUTE/',
    'http://169.254.169.254\t@HEALTHROUTE/',
    'http://HEALTHROUTE.example/',
    'http://xHEALTHROUTE/',
    'http://[HEALTHROUTE]/',
    'http://HEALTHROUTEHEALTHROUTE/',
    'http://healthroute/',
    'http:HEALTHROUTE/',
    'http:///HEALTHROUTE/',
    'http://HEALTHROUTE:',
    'http://HEALTHROUTE:80a/',
    'http://HEALTHROUTE /',
    'http://HEALTHROUTE/\nHost: x',
    'unix://HEALTHROUTE/run/docker.sock',
    'ftp://HEALTHROUTE/',
    'file:///etc/passwd',
    'https://vault.service.consul:8200/',
    '//HEALTHROUTE/',
    ' http://HEALTHROUTE/',
    'HEALTHROUTE',
    '',
  ],
  GRPC: [
    'localhost:1',
    'HEALTHROUTE',
    'HEALTHROUTE/a',
    'HEALTHROUTE:x',
    'a/HEALTHROUTE:1',
    'dns:///HEALTHROUTE:1',
  ],
  TCP: ['127.0.0.1:22', 'HEALTHROUTE', 'HEALTHROUTE:1/a', 'HEALTHROUTE.example:1', '[HEALTHROUTE]:1', ':22'],
  UDP: ['169.254.169.253:53', 'HEALTHROUTE:', 'HEALTHROUTE:-1', ' HEALTHROUTE:1'],
  H2PING: ['localhost:8443', 'https://HEALTHROUTE:8443', 'HEALTHROUTE:1:2'],
}

describe('whom a check asks', () => {
  it.each(PROBES.flatMap((kind) => ELSEWHERE[kind].map((asked) => [kind, asked] as const)))(
    'is the instance alone: a check of kind %s is refused for %j, in a definition too',
    (kind, asked) => {
      expect(targetProblem(kind, asked)).toMatch(/^must /)
      expect(targetOf({ [kind]: asked })).toBeUndefined()
      const text = JSON.stringify({ Name: 'web', Check: { [kind]: asked, Interval: '10s' } })
      expect(() => parseDefinition(text, 'p')).toThrow()
    },
  )

  it.each([
    ['HTTP', 'http://HEALTHROUTE', 80],
    ['HTTP', 'https://HEALTHROUTE?x', 443],
    ['HTTP', 'HTTPS://HEALTHROUTE:8443/a b?c=d@e:1#f', 8443],
    ['HTTP', 'http://guest:guest@HEALTHROUTE:15672/', 15672],
    ['HTTP', 'http://a%40b:c@HEALTHROUTE/', 80],
    ['GRPC', 'HEALTHROUTE:9090/a/b', 9090],
    ['TCP', 'HEALTHROUTE:22', 22],
    ['UDP', 'HEALTHROUTE:53', 53],
    ['H2PING', 'HEALTHROUTE:65535', 65535],
  ] as const)('is the instance: %s %s, at port %i', (kind, asked, port) => {
    expect(targetProblem(kind, asked)).toBeUndefined()
    expect(targetOf({ [kind]: asked })).toEqual({ protocol: kind === 'UDP' ? 'udp' : 'tcp', port })
  })

  it.each([
    ['TCP', 'HEALTHROUTE:0'],
    ['HTTP', 'http://HEALTHROUTE:65536/'],
  ] as const)('has a port that there is: %s %s is refused', (kind, asked) => {
    expect(targetProblem(kind, asked)).toMatch(/^must have a port from 1 to 65535/)
  })

  it.each([
    ['TCP', 'HEALTHROUTE', 'must name a port, such as HEALTHROUTE:8080'],
    ['GRPC', 'HEALTHROUTE/a', 'must name a port, such as HEALTHROUTE:8080'],
    ['HTTP', 'HEALTHROUTE:80/a', 'must be a whole URL; write http://HEALTHROUTE:80/a'],
    ['HTTP', '/a', 'must be a whole URL; write http://HEALTHROUTE:8080/a'],
  ] as const)('is said in the refusal: %s %s %s', (kind, asked, problem) => {
    expect(targetProblem(kind, asked)).toBe(problem)
  })

  it.each([
    ['TCP', 'web:80', 'HEALTHROUTE:8080'],
    ['HTTP', 'HEALTHROUTE', 'http://HEALTHROUTE:8080/healthz'],
  ] as const)('is another than %s %s: the refusal has an example', (kind, asked, example) => {
    expect(targetProblem(kind, asked)).toMatch(
      new RegExp(`^must ask HEALTHROUTE, as in ${example}: the check`),
    )
  })

  it('is a URL that Go can read', () => {
    expect(targetProblem('HTTP', 'http://HEALTHROUTE/%zz')).toBe(
      'must have two hexadecimal digits behind each %',
    )
    expect(targetProblem('HTTP', 'http://HEALTHROUTE/%')).toMatch(/hexadecimal/)
  })

  it('is never another host, whatever is written around the word', () => {
    const piece = fc.constantFrom(
      'HEALTHROUTE',
      '@',
      ':',
      '/',
      '?',
      '#',
      '\\',
      '80',
      'evil.example',
      '.',
      '[',
      ']',
      '%',
    )
    const url = fc.array(piece, { maxLength: 7 }).map((pieces) => `http://${pieces.join('')}`)
    fc.assert(
      fc.property(url, (asked) => {
        if (targetProblem('HTTP', asked) !== undefined) return
        const read = new URL(asked.replaceAll('HEALTHROUTE', ADDRESS))
        expect(read.hostname).toBe(ADDRESS)
        expect(read.port || '80').toBe(String(targetOf({ HTTP: asked })?.port))
      }),
      { numRuns: 3000 },
    )
  })

  it('is not led elsewhere: a redirect is never followed', () => {
    const one = (more: object) => ({ http: 'http://HEALTHROUTE/', interval: '1s', ...more })
    const read = (more: object) => parseDefinition(JSON.stringify({ name: 'a', checks: [one(more)] }), 'p')
    expect(read({})[0]?.Checks?.[0]).toMatchObject({ DisableRedirects: true })
    expect(() => read({ disable_redirects: false })).toThrow(
      /disable_redirects: must not be false: a redirect/,
    )
    expect(() => read({ proxy_http: 'http://x' })).toThrow(/proxy_http: is not possible here: a proxy would/)
  })
})
