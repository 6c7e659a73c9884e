import fc from 'fast-check'
import { stringify } from 'yaml'
import { command, image, maybe, mostly, name, others, port, strange, variables } from './written-values.ts'

const composeService = fc.record(
  {
    image: mostly(image),
    build: mostly(
      fc.constantFrom<unknown>(
        'web',
        './api',
        '.',
        '../x',
        { context: 'api', target: 'build' },
        { context: '.', dockerfile: 'web/Dockerfile' },
        { dockerfile_inline: 'FROM scratch', context: 'web' },
      ),
    ),
    command: mostly(command),
    entrypoint: mostly(command),
    environment: mostly(fc.oneof(variables, fc.constantFrom(['A=1', 'B'], ['=']))),
    env_file: mostly(fc.constantFrom<unknown>('.env', ['x.env'], [{ path: '.env', required: false }])),
    ports: mostly(
      fc.array(
        fc.oneof<fc.Arbitrary<unknown>[]>(
          port,
          port.map((each) => `${each}:${each}`),
          fc.constantFrom('1-3', '9:x', { target: 80 }, '[::1]:1:2'),
        ),
        { maxLength: 3 },
      ),
    ),
    depends_on: mostly(
      fc.oneof(
        fc.array(name, { maxLength: 2 }),
        fc.dictionary(name, fc.constant({ condition: 'service_started' }), { maxKeys: 2 }),
      ),
    ),
    healthcheck: mostly(
      fc.record({
        test: fc.constantFrom<unknown>(
          'curl http://localhost:80/x',
          ['CMD', 'x'],
          ['NONE'],
          'wget http://localhost/%',
          [],
        ),
        interval: fc.constantFrom('5s', '1h', 'x', '0s'),
        timeout: fc.constantFrom('1s', 'y'),
      }),
    ),
    deploy: mostly(
      fc.record({
        replicas: fc.constantFrom<unknown>(0, 3, 1000, '2', 'x'),
        resources: fc.constantFrom<unknown>(
          {},
          { limits: { memory: '1g', cpus: '0.5' } },
          { limits: { memory: '1t', cpus: 99 } },
        ),
      }),
    ),
    volumes: mostly(
      fc.array(
        fc.constantFrom<unknown>(
          'data:/data',
          './api:/app',
          '/x:/y',
          '/z',
          { type: 'volume', source: 'd', target: '/d' },
          '.:/app',
          './web/Dockerfile:/etc/../x',
        ),
        { maxLength: 2 },
      ),
    ),
    working_dir: mostly(fc.constantFrom('/app', 'app')),
    profiles: mostly(fc.constant([])),
    restart: mostly(fc.constant('always')),
    extends: mostly(
      fc.constantFrom<unknown>('api', { service: 'web' }, { service: 'x', file: 'compose.yml' }),
    ),
    configs: mostly(
      fc.constantFrom<unknown>(
        ['c'],
        [
          { source: 'c', target: '/a/b.txt' },
          { source: 'c', target: '../../x' },
        ],
      ),
    ),
    secrets: mostly(fc.constant(['s'])),
    whatever: maybe(strange),
  },
  { requiredKeys: [] },
)

export const composeProjects: fc.Arbitrary<Record<string, string>> = fc
  .record({
    services: fc.dictionary(name, composeService, { minKeys: 1, maxKeys: 4 }),
    configs: fc.constantFrom<unknown>({ c: { content: 'x' } }, null),
    others,
  })
  .map(({ services, configs, others }) => ({ ...others, 'compose.yml': stringify({ services, configs }) }))
