import fc from 'fast-check'

/** Values that somebody may write anywhere, by mistake or not. */
export const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    '',
    ' ',
    '${A',
    '$',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what the source says
    '${A:-${B}}',
    '__proto__',
    'a: b',
    '\0',
    '💥',
    '..',
    '/',
  ),
  fc.array(fc.constantFrom<unknown>('x', 1, null, {}, []), { maxLength: 2 }),
  fc.dictionary(
    fc.constantFrom('name', 'constructor', '__proto__', 'x'),
    fc.constantFrom<unknown>('y', 2, null, []),
    { maxKeys: 2 },
  ),
)
const NAMES = ['web', 'api', 'cache', 'db', 'worker']
export const name = fc.constantFrom(...NAMES)
export const port = fc.constantFrom(80, 443, 3000, 8080, 50051, 65535)
export const image = fc.constantFrom(
  'node:24',
  'me/web',
  'me/api',
  'me/worker:2',
  'node:24',
  'python:3',
  'me/x',
  'me/y',
  'redis:7',
  'postgres',
  'nginx',
  'me/api:1',
  'registry.example:5000/a/b@sha256:0',
  'mongo',
  'x y',
)
export const value = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    'x\ny',
    'http://api',
    'http://web:80/x',
    'cache:6379',
    'db',
    'a,api:3000',
    '{{resolve:ssm:x}}',
    'x'.repeat(9000),
  ),
  fc.string({ maxLength: 10 }),
)
export const variables = fc.dictionary(
  fc.constantFrom('A', 'PORT', 'DB_HOST', 'API_URL', 'a.b', 'TOKEN', '__proto__', 'X-Y'),
  value,
  { maxKeys: 4 },
)
export const command = fc.oneof(
  fc.constantFrom<unknown>(
    'node server.js',
    'sh -c "a | b"',
    ['node', '--x=api:1'],
    ['sh', '-c', 'exec node a.js'],
    './run.sh',
    'npm start',
    '',
    [],
    '"',
    ['/bin/x'],
  ),
)
export const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
/** Mostly what belongs there. */
export const mostly = (arbitrary: fc.Arbitrary<unknown>) =>
  maybe(fc.oneof({ arbitrary, weight: 9 }, { arbitrary: strange, weight: 1 }))

const DOCKERFILES = [
  'FROM node:24\nCMD ["node", "a.js"]\n',
  'FROM nginx\nCOPY . /x\n',
  '',
  'COPY a b\nFROM',
  'FROM a AS build\nFROM b\nEXPOSE 80 x/udp\nENV PORT=80\nHEALTHCHECK CMD curl http://localhost/\nENTRYPOINT sh run.sh\n',
  'FROM python:3\nWORKDIR /srv\nADD ["x", "y"]\nCMD python app.py \\\n',
]
export const others = fc.record({
  'web/Dockerfile': fc.constantFrom(...DOCKERFILES),
  'api/Dockerfile': fc.constantFrom(...DOCKERFILES),
  '.env': fc.constantFrom('A=1\n', 'A="1\n', ''),
})
