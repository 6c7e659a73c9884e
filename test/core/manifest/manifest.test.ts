import { describe, expect, it } from '@jest/globals'
import { InvalidInput } from '../../../core/base/errors.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'

const BASE = `app: shop
services:
  web:
    port: 8080
    expose: {port: 8001}
  db: {port: 9000, protocol: tcp}
`
const parse = (text: string) => parseManifest(text, 'app.yml')
const changed = (from: string, to: string) => BASE.replace(from, to)
const web = (lines: string) => changed('    port: 8080\n', `    port: 8080\n    ${lines}\n`)

describe('a manifest', () => {
  it('gets every default', () => {
    expect(parse('app: shop\nservices:\n  web: {port: 8080, expose: {port: 8001}}\n')).toStrictEqual({
      app: 'shop',
      requires: ['platform'],
      services: {
        web: {
          port: 8080,
          protocol: 'http',
          needs: [],
          count: { desired: 1, min: 0, max: 100 },
          expose: { host: 'web', port: 8001, path: '/', health: '/healthz' },
          instanceType: 't3.micro',
          env: {},
          secrets: {},
          permissions: [],
          stateful: false,
          strategy: 'surge',
          kind: 'service',
        },
      },
    })
  })

  it.each([
    ['count: 3', { desired: 3, min: 0, max: 100 }],
    ['count: 0', { desired: 0, min: 0, max: 100 }],
    ['count: {min: 2, max: 5}', { desired: 2, min: 2, max: 5 }],
  ])('reads %s', (line, count) => {
    expect(parse(web(line)).services.web?.count).toEqual(count)
  })

  it('requires nothing by default when it is the platform', () => {
    expect(parse(BASE.replace('shop', 'platform')).requires).toEqual([])
  })

  it.each<[string, string, string]>([
    ['an unknown key', web('prot: 1'), 'app.yml:5: services.web.prot: unknown key; did you mean "port"?'],
    [
      'an unknown key at the top',
      `${BASE}service: 1\n`,
      'app.yml:7: service: unknown key; did you mean "services"?',
    ],
    [
      'an unknown key in expose',
      changed('{port: 8001}', '{port: 8001, hots: a}'),
      'app.yml:5: services.web.expose.hots: unknown key; did you mean "host"?',
    ],
    [
      'a port below 1024',
      changed('8080', '80'),
      'app.yml:4: services.web.port: 80 is below 1024, which unikernels and the local region leave to the system; choose 1024 to 65535',
    ],
    ['a port above 65535', changed('8080', '70000'), 'app.yml:4: services.web.port: 70000 is above 65535'],
    ['a count below 0', web('count: -1'), 'app.yml:5: services.web.count: -1 is below 0'],
    [
      'a count that is no number',
      web('count: two'),
      'app.yml:5: services.web.count: "two" is neither a whole number nor a map of min and max',
    ],
    [
      'a broken count',
      web('count: 1.5'),
      'app.yml:5: services.web.count: 1.5 is neither a whole number nor a map of min and max',
    ],
    [
      'min above max',
      web('count: {min: 4, max: 3}'),
      'app.yml:5: services.web.count: min 4 is above max 3; swap them',
    ],
    [
      'an unknown protocol',
      web('protocol: htpp'),
      'app.yml:5: services.web.protocol: "htpp" is unknown; did you mean "http"?',
    ],
    [
      'an unknown need',
      web('needs: [bd]'),
      'app.yml:5: services.web.needs.0: no service "bd" in app shop; known are db',
    ],
    ['a need of itself', web('needs: [web]'), 'app.yml:5: services.web.needs.0: web needs itself; remove it'],
    [
      'a need twice',
      web('needs: [db, db]'),
      'app.yml:5: services.web.needs.1: "db" is there twice; remove one',
    ],
    [
      'a cycle',
      web('needs: [db]').replace('{port: 9000,', '{port: 9000, needs: [web],'),
      'app.yml:5: services.web.needs: the needs form a cycle: web -> db -> web; remove one of these needs, so that one service can start first',
    ],
    [
      'a bad environment name',
      web('env: {1X: a}'),
      'app.yml:5: services.web.env.1X: "1X" is not an environment name: letters, digits and _, no digit first',
    ],
    [
      'a number in the environment',
      web('env: {X: 5}'),
      'app.yml:5: services.web.env.X: 5 is neither a text (put numbers in quotes) nor {Ref: Thing} or {GetAtt: Thing.Attribute}',
    ],
    [
      'a line break in the environment',
      web('env: {X: "a\\nb"}'),
      'app.yml:5: services.web.env.X: "a\\nb" holds a line break, which user data cannot carry',
    ],
    [
      'a bad attribute',
      web('env: {X: {GetAtt: Tasks}}'),
      'app.yml:5: services.web.env.X.GetAtt: "Tasks" is not of the form Thing.Attribute',
    ],
    [
      'a permission without actions',
      web('permissions: [{actions: [], resource: "*"}]'),
      'app.yml:5: services.web.permissions.0.actions: [] names no action',
    ],
    [
      'an environment too big for user data',
      web(`env: {X: "${'x'.repeat(16_384)}"}`),
      'app.yml:5: services.web.env: makes 16388 bytes of user data, EC2 takes 16384; move what is big into the image or a parameter',
    ],
    [
      'a secret that is in env too',
      web('source: apps/x\n    env: {KEY: a}\n    secrets: {KEY: /shop/key}'),
      'app.yml:7: services.web.secrets.KEY: is in env too; keep one of the two',
    ],
    [
      'an exposed worker',
      changed('    port: 8080\n', ''),
      'app.yml:4: services.web.expose: an exposed service needs a port; give services.web.port',
    ],
    [
      'an exposed tcp service',
      changed('protocol: tcp', 'protocol: tcp, expose: {port: 8002}'),
      'app.yml:6: services.db.expose: the gateway serves http, not tcp; expose an http service in front of it',
    ],
    [
      'one listener port twice',
      changed('protocol: tcp', 'expose: {port: 8001}'),
      'app.yml:6: services.db.expose.port: listener port 8001 is taken by services.web; choose another port',
    ],
    [
      'one route twice',
      changed('protocol: tcp', 'expose: {port: 8002, host: web}'),
      'app.yml:6: services.db.expose.host: route web/ is taken by services.web; choose another host',
    ],
    [
      'a missing listener port',
      changed('{port: 8001}', '{host: web}'),
      'app.yml:5: services.web.expose.port: is missing; give a number',
    ],
    [
      'a path out of the repository',
      web('source: ../x'),
      'app.yml:5: services.web.source: "../x" is not a path inside the repository',
    ],
    [
      'a bad service name',
      changed('  db:', '  Db:'),
      'app.yml:6: services.Db: "Db" is not a name: small letters, digits and dashes, a letter first, no dash last',
    ],
    [
      'a reserved service name',
      changed('  db:', '  internet:'),
      'app.yml:6: services.internet: the name internet is reserved; choose another name',
    ],
    [
      'names that meet in the templates',
      `${BASE}  a-1: {}\n  a1: {}\n`,
      'app.yml:8: services.a1: a1 and a-1 both become A1 in the templates; choose a name that differs in more than dashes',
    ],
    [
      'a name too long for AWS',
      changed('  db:', `  ${'d'.repeat(63)}:`).replace('shop', 's'.repeat(10)),
      `app.yml:6: services.${'d'.repeat(63)}: the AMI would be named with 131 characters, AWS allows 128; shorten the name of the app or of the service`,
    ],
    [
      'a name too long for DNS',
      changed('  db:', `  ${'d'.repeat(64)}:`),
      `app.yml:6: services.${'d'.repeat(64)}: "${'d'.repeat(64)}" is longer than the 63 characters of a DNS label`,
    ],
    ['no app name', changed('app: shop\n', ''), 'app.yml:1: app: is missing; give a text'],
    ['no service', 'app: shop\nservices: {}\n', 'app.yml:2: services: {} holds no service'],
    ['an empty file', '', 'app.yml:1: the file is empty'],
    [
      'an app without the platform',
      changed('app: shop', 'app: shop\nrequires: []'),
      'app.yml:2: requires: platform is missing; every other app needs it: add platform',
    ],
    [
      'an app that requires itself',
      changed('app: shop', 'app: shop\nrequires: [platform, shop]'),
      'app.yml:2: requires: app shop requires itself; remove it',
    ],
    [
      'a catalog outside the platform',
      web('kind: consulserver'),
      'app.yml:5: services.web.kind: only the service consul of the platform holds the catalog; remove kind',
    ],
    [
      'a quorum of other services',
      web('strategy: quorum'),
      'app.yml:5: services.web.strategy: quorum is for Consul servers; use surge',
    ],
    ['a key twice', `${BASE}app: other\n`, 'app.yml:7: map keys must be unique; correct the YAML'],
  ])('is refused for %s', (_fault, text, sentence) => {
    expect(() => parse(text)).toThrow(InvalidInput)
    expect(message(text)).toBe(sentence)
  })

  it('names every fault at once, in the order of the file', () => {
    const text = changed('8080', '80').replace('{port: 8001}', '{port: 99}')
    expect(
      message(text)
        .split('\n')
        .map((line) => line.slice(0, 34)),
    ).toEqual(['app.yml:4: services.web.port: 80 i', 'app.yml:5: services.web.expose.por'])
  })
})

function message(text: string): string {
  try {
    parse(text)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}
