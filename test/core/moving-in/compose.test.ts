import { describe, expect, it } from '@jest/globals'
import { InvalidInput } from '../../../core/base/errors.ts'
import { moved } from './moved.ts'

const DOCKERFILE = 'FROM node:24\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n'
const SOURCES = { 'api/Dockerfile': DOCKERFILE, 'web/Dockerfile': DOCKERFILE }

const compose = (services: string, more: Record<string, string> = {}) =>
  moved({ ...SOURCES, 'compose.yml': `services:\n${services}`, ...more }, 'compose.yml')
const api = (keys: string, more: Record<string, string> = {}) =>
  compose(`  api:\n    build: api\n${keys.replace(/^/gm, '    ')}\n`, more)
const service = (made: ReturnType<typeof moved>, name = 'api') => made.read().manifest.services[name]

describe('a service of a Compose file', () => {
  it.each<[term: string, keys: string, expected: object]>([
    ['a port', 'ports: ["3000"]', { port: 3000, protocol: 'http' }],
    ['the long form of a port', 'ports: [{target: 3000}]', { port: 3000 }],
    ['a port for other services', 'expose: [3000]', { port: 3000 }],
    ['variables as a map', 'environment: {A: 1, B: true}', { env: { A: '1', B: 'true' } }],
    ['variables as a list', 'environment: ["A=1", "B=x=y"]', { env: { A: '1', B: 'x=y' } }],
    ['replicas', 'deploy: {replicas: 3}', { count: { desired: 3, min: 0, max: 100 } }],
    ['a scale', 'scale: 2', { count: { desired: 2, min: 0, max: 100 } }],
    ['a limit of memory', 'deploy: {resources: {limits: {memory: 3g}}}', { instanceType: 't3.medium' }],
    ['a limit of processors', 'cpus: 4', { instanceType: 't3.xlarge' }],
    [
      'a default of a variable',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what the source says
      'environment: {A: "${A:-x}", B: "${B-${C:-y}}"}',
      { env: { A: 'x', B: 'y' } },
    ],
    ['two dollars', 'environment: {A: "$$B"}', { env: { A: '$B' } }],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what the source says
    ['a replacement', 'environment: {A: "${SET:+yes}"}', { env: { A: 'yes' } }],
    ['a name without a value', 'environment: [SET]', { env: { SET: 'there' } }],
    ['a file of variables', 'env_file: api.env', { env: { FROM_FILE: 'a b', PLAIN: '1' } }],
    ['a merge key', 'environment: {<<: {A: "1"}, B: "2"}', { env: { A: '1', B: '2' } }],
    ['a named volume', 'volumes: ["data:/data"]', { stateful: true }],
  ])('becomes ours: %s', (_term, keys, expected) => {
    const made = api(keys, { '.env': 'SET=there\n', 'api.env': 'FROM_FILE="a b"\nexport PLAIN=1 # one\n' })
    expect(service(made)).toMatchObject(expected)
  })

  it.each<[key: string, keys: string, sentence: RegExp]>([
    ['privileged', 'privileged: true', /services\.api\.privileged: there is no host to have rights on/],
    ['network_mode', 'network_mode: host', /network_mode: an instance has a network of its own/],
    ['devices', 'devices: [/dev/kvm]', /devices: an instance has no devices/],
    [
      'volumes of the host',
      'volumes: ["/var/run/docker.sock:/x"]',
      /volumes\[0\]: \/var\/run\/docker.sock is on the host/,
    ],
    ['a volume', 'volumes: ["data:/data"]', /the volume data would end with the instance; keep data in/],
    ['secrets', 'secrets: [key]', /secrets: key would be a file of the image/],
    ['UDP', 'ports: ["53:53/udp"]', /ports\[0\]: services are reached by TCP/],
    ['what is no port', 'ports: ["http"]', /ports\[0\]: is not a port/],
    ['idle keys, all in one', 'restart: always\ntty: true', /services\.api: restart, tty: without meaning/],
    ['an unknown key', 'colour: red', /colour: is no key of the Compose Specification/],
    [
      'a check by a command',
      'healthcheck: {test: pgrep node}',
      /healthcheck: "pgrep node" would start a program beside/,
    ],
    [
      'a missing variable',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what the source says
      'environment: {A: "${NOPE}"}',
      /environment\.A: \$\{NOPE\} has no value and no default/,
    ],
    [
      'a needed variable',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what the source says
      'environment: {A: "${NOPE:?say it}"}',
      /\$\{NOPE \(say it\)\} must be set and is not/,
    ],
    ['a missing file of variables', 'env_file: nope.env', /env_file: there is no file nope.env/],
    ['a second port', 'ports: ["3000", "9229"]', /a service has one port, 3000, and no 9229/],
    ['a secret by its name', 'environment: {DB_PASSWORD: x}', /env DB_PASSWORD: looks like a secret/],
    ['a password in a URL', 'environment: {DB: "pg://me:pw@host/db"}', /env DB: looks like a secret/],
    ['more instances than a group has', 'scale: 500', /500 is above 100/],
    ['build arguments', 'build: {context: api, args: {A: 1}}', /build\.args: A: builds get no arguments/],
    ['extending nothing', 'extends: {service: nope}', /extends: compose.yml has no service nope/],
  ])('is told when not taken: %s', (_key, keys, sentence) => {
    const made = keys.startsWith('build:') ? compose(`  api:\n    ${keys}\n`) : api(keys)
    expect(made.said.join('\n')).toMatch(sentence)
    made.read()
  })

  it('never writes what looks like a secret into a file', () => {
    const made = api('environment: {API_KEY: sesame-7, URL: "http://u:sesame-7@h"}')
    expect([...made.files.values()].join('\n')).not.toContain('sesame-7')
  })

  it.each<[image: string, sentence: RegExp]>([
    ['postgres:16-alpine', /starts a process for each connection; use Amazon RDS for PostgreSQL/],
    ['docker.io/library/mysql', /use Amazon RDS for MySQL/],
    ['mongo:7', /use Amazon DocumentDB/],
    ['rabbitmq:3-management', /use Amazon MQ/],
    ['confluentinc/cp-kafka:7', /use Amazon MSK/],
    ['elasticsearch:8', /use Amazon OpenSearch/],
    ['mcr.microsoft.com/mssql/server:2022', /RDS for SQL Server/],
    ['nginx:alpine', /is a proxy or a web server/],
    ['wordpress', /runs PHP/],
  ])('is refused by name when its image is %s, with what to use', (image, sentence) => {
    const made = compose(`  api: {build: api, depends_on: [store], environment: {STORE_HOST: store}}
  store: {image: "${image}", restart: always, healthcheck: {test: ls}}\n`)
    const about = made.said.filter((said) => said.includes('services.store'))
    expect(about).toEqual([expect.stringMatching(sentence)])
    expect(made.said).toContainEqual(
      expect.stringContaining('env STORE_HOST: names store, which is not part of the app'),
    )
    expect(made.services).toEqual(['api'])
  })

  it('is our Redis in the place of any', () => {
    const made = compose(
      '  cache: {image: "valkey/valkey:8", command: ["--requirepass", "x", "--appendonly", "yes"]}\n',
    )
    expect(service(made, 'cache')).toMatchObject({ port: 6379, protocol: 'tcp', stateful: true })
    expect(made.config('cache')).toMatchObject({ Program: '/usr/local/bin/redis-server' })
    expect(made.config('cache').Args).toEqual(expect.arrayContaining(['--save ""', '--requirepass', 'x']))
    expect(made.said).toContainEqual(
      expect.stringContaining('--appendonly: Redis keeps nothing on disk here'),
    )
  })

  it.each<[test: string, check: object]>([
    ['["CMD", "curl", "-f", "http://localhost:3000/health"]', { http: 'http://HEALTHROUTE:3000/health' }],
    ['wget -q -O- http://127.0.0.1:3000/ || exit 1', { http: 'http://HEALTHROUTE:3000/' }],
    ['curl --fail localhost:3000/up', { http: 'http://HEALTHROUTE:3000/up' }],
    ['curl -f http://api:3000/up', { http: 'http://HEALTHROUTE:3000/up' }],
    ['["CMD", "grpc_health_probe", "-addr=:3000"]', { grpc: 'HEALTHROUTE:3000' }],
    ['nc -z localhost 3000', { tcp: 'HEALTHROUTE:3000' }],
  ])('is asked by Consul as by %s', (test, check) => {
    const made = api(`ports: ["3000"]\nhealthcheck: {test: ${test}, interval: 3s, timeout: 2s}`)
    expect(made.checks('api')).toEqual([
      { name: expect.any(String), ...check, interval: '3s', timeout: '2s' },
    ])
    made.read()
  })

  it("is exposed where it publishes a port, behind the app's host and a free listener port", () => {
    const made =
      compose(`  web: {build: web, ports: ["80:3000"], healthcheck: {test: "curl http://localhost:3000/up"}}
  api: {build: api, ports: ["3001:3001"]}
  inner: {build: api, ports: ["127.0.0.1:3002:3002"]}\n`)
    expect(service(made, 'web')?.expose).toEqual({ host: 'shop', port: 8000, path: '/', health: '/up' })
    expect(service(made, 'api')?.expose).toEqual({ host: 'api', port: 8001, path: '/', health: '/' })
    expect(service(made, 'inner')?.expose).toBeUndefined()
  })

  it('listens above 1024, where PORT says so or its owner has to', () => {
    const told = api('ports: ["80:80"]\nenvironment: {PORT: 80}')
    expect(service(told)).toMatchObject({ port: 8080, env: { PORT: '8080' } })
    const untold = api('ports: ["80:80"]')
    expect(untold.said).toContainEqual(
      expect.stringMatching(/^todo .*port 80 becomes 8080.*let the program listen on 8080/),
    )
  })

  it("needs what it depends on, links to and names in its variables, by Consul's names", () => {
    const made = compose(`  web:
    build: web
    depends_on: {api: {condition: service_healthy}}
    environment: {CACHE_URL: "redis://cache:6379/0", API_URL: "http://backend/v1", NAME: api, LIST: "api:3000,cache:1"}
  api: {build: api, container_name: backend, ports: ["80"], links: ["cache:c"]}
  cache: {image: redis}\n`)
    expect(service(made, 'web')).toMatchObject({
      needs: ['api', 'cache'],
      env: {
        CACHE_URL: 'redis://cache.service.consul:6379/0',
        API_URL: 'http://api.service.consul:8080/v1',
        NAME: 'api',
        LIST: 'api.service.consul:3000,cache.service.consul:1',
      },
    })
    expect(service(made, 'api')?.needs).toEqual(['cache'])
  })

  it('cuts circles of needs and says so', () => {
    const made = compose(
      `  a: {build: api, environment: {B: "http://b:1"}}\n  b: {build: api, environment: {A: "http://a:1"}}\n`,
    )
    expect(service(made, 'a')?.needs).toEqual(['b'])
    expect(made.said).toContainEqual(
      expect.stringContaining('b needs a, which needs b: one of them has to start first'),
    )
    made.read()
  })

  it('extends another one, also of another file, with paths from there', () => {
    const made = compose(
      '  api: {extends: {file: common/base.yml, service: base}, environment: {B: "2"}}\n',
      {
        'common/base.yml':
          'services:\n  base: {build: ../api, environment: {A: "1", B: "1"}, ports: ["3000"]}\n',
      },
    )
    expect(service(made)).toMatchObject({ source: 'api', port: 3000, env: { A: '1', B: '2' } })
  })

  it('comes from an included file', () => {
    const made = moved(
      {
        ...SOURCES,
        'compose.yml': 'include: [inner/c.yml]\n',
        'inner/c.yml': 'services: {api: {build: ../api}}',
      },
      '.',
    )
    expect(made.services).toEqual(['api'])
  })

  it('has files of the repository and configs in its image', () => {
    const made = compose(
      '  api: {build: api, volumes: ["./x.conf:/etc/x.conf:ro"], configs: [{source: c, target: /c.txt}]}\nconfigs: {c: {content: hello}}\n',
      { 'x.conf': 'x' },
    )
    expect(made.file('api/files/etc/x.conf')).toBe('x')
    expect(made.file('api/files/c.txt')).toBe('hello')
    expect(made.file('api/Dockerfile')).toMatch(/COPY images\/shop\/api\/files\/ \/\n$/)
  })

  it('has a name of ours, and another Consul name if that is taken', () => {
    const made = compose('  My_Api: {build: api}\n  my-api: {build: api}\n  consul: {build: api}\n')
    expect(made.services).toEqual(['my-api', 'my-api2', 'consul-app'])
    made.read()
  })
})

describe('a Compose file', () => {
  it.each<[what: string, text: string, sentence: RegExp]>([
    ['that is no YAML', 'services: [', /compose\.yml:1: is not YAML/],
    ['without a map of services', 'services: [web]', /is not a Compose file/],
    ['that is a list', '- a', /is not a Compose file/],
    ['without a service', 'services: {}', /holds no service that an instance can run/],
    ['of databases', 'services: {db: {image: postgres}}', /holds no service(.|\n)*use Amazon RDS/],
    ['whose aliases name nothing', 'services: {a: *x}', /compose\.yml/],
  ])('%s is refused in sentences', (_what, text, sentence) => {
    const make = () => moved({ 'compose.yml': text }, 'compose.yml')
    expect(make).toThrow(InvalidInput)
    expect(make).toThrow(sentence)
  })
})
