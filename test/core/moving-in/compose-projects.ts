import fc from 'fast-check'
import { stringify } from 'yaml'
import { fileKeys, rareKeys, textual } from './compose-shapes.ts'
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

/** A plain service, at times with the rarer form of some keys. */
const anyService = fc
  .tuple(composeService, fc.option(rareKeys, { freq: 2, nil: {} }), fc.nat())
  .map(([plain, rare, seed]) => {
    const some = Object.entries(rare).filter((_, index) => (seed >> (index % 31)) % 4 === 0)
    return { ...plain, ...Object.fromEntries(some) }
  })
const services = fc.dictionary(name, anyService, { minKeys: 1, maxKeys: 4 })
const whole = fc
  .record({
    services,
    configs: fc.constantFrom<unknown>({ c: { content: 'x' } }, null),
    more: fc.option(fileKeys, { freq: 2, nil: {} }),
  })
  .map(({ services, configs, more }) => stringify({ services, configs, ...more }))

export const composeProjects: fc.Arbitrary<Record<string, string>> = fc
  .record({
    text: fc.oneof({ arbitrary: whole, weight: 9 }, { arbitrary: textual, weight: 1 }),
    services,
    others,
  })
  .map(({ text, services, others }) => ({
    ...others,
    'compose.yml': text,
    'other.yml': stringify({ services }),
    'x.env': `A=1\nB="x\\ny"\nC=\${A:-2} # c\nexport D\n`,
  }))
