import { describe, expect, it } from '@jest/globals'
import { namedServices } from '../../../core/definition/named-services.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { rulePriority } from '../../../core/manifest/routes.ts'
import { clashes, refuseClashes, type Tenant } from '../../../core/template/clashes.ts'

const app = (name: string, services: string, texts: Record<string, string> = {}): Tenant => {
  const named = Object.entries(texts).map(
    ([service, text]) => [service, namedServices(text, `images/${name}/${service}/consul.json`)] as const,
  )
  return {
    manifest: parseManifest(`app: ${name}\nservices:\n${services}`, 'app.yml'),
    definitions: Object.fromEntries(named.map(([service, { services }]) => [service, services])),
    places: Object.fromEntries(named.map(([service, { places }]) => [service, places])),
  }
}

describe('apps of one stage', () => {
  it.each([
    [
      'listener port',
      app('a', '  web: {port: 8080, expose: {port: 8001}}\n'),
      app('b', '  api: {port: 8080, expose: {port: 8001}}\n'),
      'images/b/app.yml: services.api.expose.port: listener port 8001 is taken by images/a/app.yml: services.web.expose.port; choose another port',
    ],
    [
      'stack name',
      app('a', '  b: {}\n'),
      app('a-b', '  c: {}\n'),
      'images/a-b/app.yml: the stack name nanofleet-<stage>-a-b is taken by images/a/app.yml: services.b; rename the app',
    ],
  ])('do not share a %s', (_thing, first, second, sentence) => {
    expect(clashes([first, second]).map(({ message }) => message)).toEqual([sentence])
    expect(() => refuseClashes([first, second])).toThrow(sentence)
  })

  it('do not share a host and path', () => {
    const first = app('a', '  web: {port: 8080, expose: {port: 8001}}\n')
    const second = app('b', '  api: {port: 8080, expose: {port: 8002, host: web}}\n')
    expect(clashes([first, second]).map(({ message }) => message)).toEqual([
      'images/b/app.yml: services.api.expose.host: route web/ is taken by images/a/app.yml: services.web.expose.host; choose another host or path',
    ])
  })

  it('blame the one that is pushed, whatever its name, and not two others for what they share', () => {
    const mine = app('a', '  web: {port: 8080, expose: {port: 8001}}\n')
    const others = ['b', 'c'].map((name) => app(name, '  api: {port: 8080, expose: {port: 8001}}\n'))
    expect(clashes([mine], others).map(({ message }) => message)).toEqual([
      'images/a/app.yml: services.web.expose.port: listener port 8001 is taken by images/b/app.yml: services.api.expose.port; choose another port',
    ])
    expect(clashes([app('d', '  x: {}\n')], others)).toEqual([])
  })

  it('do not share a place among the rules of the load balancer', () => {
    const hosts = Array.from({ length: 2000 }, (_, index) => `h${index}`)
    const seen = new Map<number, string>()
    const [one, two] =
      hosts
        .map((host) => {
          const priority = rulePriority({ host, path: '/' })
          const other = seen.get(priority)
          seen.set(priority, host)
          return other === undefined ? undefined : [other, host]
        })
        .find((pair) => pair !== undefined) ?? []
    const first = app('a', `  web: {port: 8080, expose: {port: 8001, host: ${one}}}\n`)
    const second = app('b', `  api: {port: 8080, expose: {port: 8002, host: ${two}}}\n`)
    expect(clashes([first, second])[0]?.message).toMatch(
      /^images\/b\/app\.yml: services\.api\.expose\.host: the place of its route among the load balancer's rules \(number \d+, which follows from host and path\) is taken by images\/a\/app\.yml: services\.web\.expose\.host; choose another host or path$/,
    )
  })

  it.each(['/', '/api'])('do not take the host of Consul’s user interface, nor its path %s', (path) => {
    const own = app('a', `  web: {port: 8080, expose: {port: 8001, host: consul, path: ${path}}}\n`)
    expect(clashes([own]).map(({ message }) => message)).toEqual([
      "images/a/app.yml: services.web.expose.host: the host consul is taken by Consul's user interface; choose another host",
    ])
  })

  it.each([
    [
      'two apps',
      [
        ['a', 'db', '{"name": "db"}'],
        ['b', 'store', '{\n  "service": {\n    "name": "db"\n  }\n}'],
      ],
      'images/b/store/consul.json:3: the Consul name db is taken by images/a/db/consul.json:1; choose another name',
    ],
    [
      'two apps, in other letters',
      [
        ['a', 'db', '{"Name": "db"}'],
        ['b', 'store', '[\n{"name": "store"},\n{"name": "DB"}]'],
      ],
      'images/b/store/consul.json:3: the Consul name db is taken by images/a/db/consul.json:1; choose another name',
    ],
    [
      'two apps, one of them in base64',
      [
        ['a', 'db', btoa('{"name": "db"}')],
        ['b', 'store', '{"name": "db"}'],
      ],
      'images/b/store/consul.json:1: the Consul name db is taken by images/a/db/consul.json; choose another name',
    ],
    [
      'an app and the Consul servers',
      [['a', 'api', '{"name": "consul"}']],
      'images/a/api/consul.json:1: the Consul name consul is taken by the Consul servers; choose another name',
    ],
  ] as [string, [string, string, string][], string][])(
    'do not share a Consul name: %s',
    (_who, definitions, sentence) => {
      const apps = definitions.map(([name, service, definition]) =>
        app(name, `  ${service}: {}\n`, { [service]: definition }),
      )
      expect(clashes(apps).map(({ message }) => message)).toEqual([sentence])
    },
  )

  it('may have several services of one app behind one Consul name', () => {
    const both = app('a', '  blue: {}\n  green: {}\n', { blue: '{"name": "web"}', green: '{"name": "web"}' })
    expect(clashes([both])).toEqual([])
    const other = app('b', '  red: {}\n', { red: '{"name": "web"}' })
    expect(clashes([both, other])[0]?.message).toContain('is taken by images/a/blue/consul.json:1')
  })

  it('may share a host with different paths', () => {
    const first = app('a', '  web: {port: 8080, expose: {port: 8001}}\n')
    const second = app('b', '  api: {port: 8080, expose: {port: 8002, host: web, path: /api}}\n')
    expect(clashes([first, second])).toEqual([])
  })
})
