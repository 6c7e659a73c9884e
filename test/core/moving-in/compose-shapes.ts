import fc from 'fast-check'
import { maybe, mostly, name, port, strange } from './written-values.ts'

/** The longer and rarer forms of Compose's keys, as its specification writes them. */
const of = (...values: unknown[]) => mostly(fc.constantFrom<unknown>(...values))

const longPort = fc.record(
  {
    target: fc.oneof(port, fc.constantFrom<unknown>('8000-8002', '80', null)),
    published: fc.constantFrom<unknown>('8080', 80, '8000-9000', ''),
    protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
    mode: fc.constantFrom('host', 'ingress'),
    host_ip: fc.constantFrom('127.0.0.1', '0.0.0.0', '::1'),
    app_protocol: fc.constantFrom('http', 'grpc'),
    name: name,
  },
  { requiredKeys: ['target'] },
)
const condition = fc.record(
  {
    condition: fc.constantFrom('service_healthy', 'service_started', 'service_completed_successfully'),
    restart: fc.boolean(),
    required: fc.boolean(),
  },
  { requiredKeys: [] },
)
const check = fc.record(
  {
    test: fc.constantFrom<unknown>(
      ['CMD', 'curl', '-f', 'http://localhost:3000/healthz'],
      ['CMD-SHELL', 'wget -qO- http://127.0.0.1:8080/ || exit 1'],
      ['CMD', 'grpc_health_probe', '-addr=:50051'],
      ['CMD', 'nc', '-z', 'localhost', '3000'],
      ['CMD', '/bin/check'],
      'curl -f http://web:80/health/$${X}?a=b&c || exit 1',
      'pg_isready -U "$$USER"',
    ),
    disable: fc.boolean(),
    interval: fc.constantFrom<unknown>('1m30s', '10s', '1.5h', 5, ''),
    timeout: fc.constantFrom<unknown>('10s', '100ms', '1us'),
    retries: fc.constantFrom<unknown>(3, '3'),
    start_period: fc.constantFrom('40s', '1d'),
    start_interval: fc.constant('5s'),
  },
  { requiredKeys: [] },
)

/** Keys of a service; each of them at times beside the plain ones. */
export const rareKeys: fc.Arbitrary<object> = fc.record(
  {
    env_file: of('web.env', ['.env', 'x.env'], [{ path: './x.env', required: true, format: 'raw' }], {
      path: 1,
    }),
    depends_on: mostly(fc.dictionary(name, condition, { maxKeys: 3 })),
    ports: mostly(fc.array(fc.oneof<fc.Arbitrary<unknown>[]>(longPort, fc.constant('127.0.0.1::80/tcp')))),
    expose: of([3000], ['8080-8081/tcp', '53/udp'], 'x'),
    healthcheck: mostly(check),
    networks: of(['front', 'back'], {
      front: { aliases: ['a', 'api', ''], ipv4_address: '1.2.3.4' },
      back: null,
    }),
    profiles: of(['debug'], [], 'x'),
    configs: of([{ source: 'env', target: '/x', uid: '1', mode: 0o440 }], ['ext', 'none'], [null]),
    secrets: of(['s'], [{ source: 's', target: '/run/s' }], [{}]),
    build: of(
      { context: 'api', args: { A: 1, B: null }, target: 'x', cache_from: ['y'], labels: { a: 'b' } },
      { context: './web', args: ['A=1', 'B'], dockerfile: '../api/Dockerfile', network: 'host' },
      { context: 'https://example.com/x.git#main:web' },
      { context: 'api', additional_contexts: { base: 'web' }, secrets: ['s'], ssh: ['default'] },
      { context: 'web', dockerfile_inline: 'FROM node:24\nRUN <<EOF\ntrue\nEOF\nCMD node a.js\n' },
      null,
    ),
    command: of('node "a b.js" --x=\'y z\'', ['sh', '-c', 'a && b'], '> node\n  server.js', [''], [1, true]),
    entrypoint: of([], ['docker-entrypoint.sh'], ['tini', '--', 'node', 'a.js'], 'exec node a.js', null),
    labels: of({ 'traefik.enable': 'true' }, ['a=b']),
    links: of(['cache:c', 'db'], ['']),
    tmpfs: of('/tmp', ['/run']),
    volumes: of(
      [{ type: 'bind', source: './api', target: '/a', bind: { create_host_path: true } }],
      [{ type: 'tmpfs', target: '/t' }, { type: 'volume', target: '/v' }, { type: 'cluster' }],
      ['~/x:/y:ro,z', 'v:/data:rw', './api/Dockerfile:/etc/d:ro', ':/x', '/a:/b:/c:/d'],
    ),
    deploy: of(
      { mode: 'global', placement: {}, update_config: { parallelism: 2 } },
      { replicas: 2, resources: { reservations: { memory: '50M', devices: [{ capabilities: ['gpu'] }] } } },
      { resources: { limits: { memory: '0.5gb', cpus: '1.5', pids: 1 } }, restart_policy: {} },
    ),
    scale: of(2, '3'),
    mem_limit: of('512m', 1073741824, '1gb', 'lots'),
    cpus: of(0.5, '4', 1000),
    container_name: of('api', 'Web_1', ''),
    hostname: of('web.example.com', 'db'),
    network_mode: of('host', 'service:api'),
    extra_hosts: of(['a:1.2.3.4'], { a: '1.2.3.4' }),
    ulimits: of({ nofile: { soft: 1, hard: 2 } }),
    develop: of({ watch: [{ action: 'sync', path: '.' }] }),
    extends: of({ service: 'api' }, { file: 'other.yml', service: 'web' }, 'worker', {}),
    'x-own': maybe(strange),
    models: of(['m'], { m: {} }),
    privileged: of(true),
    gpus: of('all'),
    post_start: of([{ command: 'x' }]),
  },
  { requiredKeys: [] },
)

/** What a file says besides its services. */
export const fileKeys = fc.record(
  {
    name: of('shop', 'A b', `\${COMPOSE_NAME:-shop}`, ''),
    version: of('3.8', 3),
    networks: of({ front: {}, back: { external: true } }, []),
    volumes: of({ data: null, v: { driver: 'local' } }),
    secrets: of({ s: { file: './s.txt' }, t: { environment: 'T' } }),
    configs: of(
      { c: { content: 'x' }, env: { environment: 'E' }, ext: { external: true, name: 'y' } },
      { c: { file: './web/Dockerfile' } },
      null,
    ),
    include: of(['other.yml'], [{ path: ['other.yml', 'none.yml'], env_file: '.env' }], 'other.yml'),
    'x-common': of({ environment: { A: '1' } }),
    models: of({ m: { model: 'ai/x' } }),
  },
  { requiredKeys: [] },
)

/** Texts with what YAML has besides values: anchors, merge keys, tags, several documents. */
export const textual = fc.constantFrom(
  'x-base: &base\n  image: me/api\n  environment: &env {A: "1"}\nservices:\n  web:\n    <<: *base\n    ports: ["80:80"]\n  api:\n    <<: [*base, {command: node a.js}]\n    environment: {<<: *env, B: "2"}\n',
  'services:\n  web: &web\n    build: web\n    ports: !reset []\n  api: *web\n',
  'services:\n  web: {build: web, command: !override ["node", "b.js"]}\n---\nservices: {api: {image: redis}}\n',
  'services:\n  web:\n    image: me/web\n    command: >\n      node\n      server.js\n    environment:\n      - |\n        A=1\n        B=2\n',
  'services: {web: {build: {context: web, args: [A]}, depends_on: [web, api, none]}, api: {extends: {service: api}}}\n',
  '"services":\n  "web":\n    "image": me/web\n    ports:\n    - 8080:80\n    - 22:22\n    - 1:2:3:4\n',
)
