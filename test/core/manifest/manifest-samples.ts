import fc from 'fast-check'
import type { AppBundle } from '../../../core/base/bundle.ts'
import { InvalidInput } from '../../../core/base/errors.ts'
import type { Stage } from '../../../core/base/stage.ts'
import { BadDefinition } from '../../../core/definition/definition.ts'
import { readApp } from '../../../core/template/app-folder.ts'
import { type AppTemplates, appTemplates } from '../../../core/template/app-templates.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'

/** An app's folder as somebody may write it: near the bounds, and beyond them. */
export interface AppSample {
  app: string
  services: Record<string, unknown>
  /** Services that Consul shall know. */
  discovered: string[]
}

const letters = (low: number, high: number) =>
  fc.integer({ min: low, max: high }).map((length) => 'abcdefghij'.repeat(7).slice(0, length))
/** At the bounds as a rule, and now and then what AWS or we may not take. */
const mostly = <A, B>(usual: fc.Arbitrary<A>, odd: fc.Arbitrary<B>): fc.Arbitrary<A | B> =>
  fc.oneof({ weight: 30, arbitrary: usual as fc.Arbitrary<A | B> }, { weight: 1, arbitrary: odd })
/** `@{x}` for what `Fn::Sub` replaces. */
const sub = (texts: string[]): fc.Arbitrary<string> =>
  fc.constantFrom(...texts.map((text) => text.replaceAll('@{', '$'.concat('{'))))

const name = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{0,6}[a-z0-9]$/) },
  { weight: 1, arbitrary: letters(20, 40) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z]{20}--[a-z0-9]{1,20}$/) },
)
const port = mostly(fc.integer({ min: 1024, max: 65535 }), fc.constantFrom(80, 1023, 65536))
const path = mostly(
  fc.oneof(
    fc.constantFrom('/', '/a', '/a/b/', '/~x.y_z-'),
    letters(60, 70).map((text) => `/${text}/${text}`.slice(0, 120)),
  ),
  fc.constantFrom('/a b', '/%41', '/*', `/${'x'.repeat(120)}`),
)
const health = mostly(
  fc.constantFrom('/', '/healthz', '/health?full=1&x=%41', `/${'h'.repeat(1023)}`),
  fc.constantFrom('/a b', '/ü', `/${'h'.repeat(1024)}`),
)
const variable = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/)
const value = mostly(
  fc.oneof(
    { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
    { weight: 3, arbitrary: sub(['', '@{AWS::Region}', '@{x', '"', '{{x}}', 'a,b', '\t']) },
    { weight: 2, arbitrary: fc.constantFrom({ Ref: 'AWS::Region' }, { Ref: 'Stage' }) },
    { weight: 1, arbitrary: fc.integer({ min: 15_000, max: 16_400 }).map((length) => 'v'.repeat(length)) },
  ),
  fc.constantFrom('{{resolve:ssm:/a:1}}', 'a\r\nb', { Ref: 'Gone' }, { GetAtt: 'Gone.Arn' }),
)
const secret = mostly(
  fc.oneof(
    fc.stringMatching(/^\/[a-z]{1,8}\/[a-zA-Z0-9_.-]{1,12}$/),
    sub(['/a/@{Stage}/b', '/a/@{VpcId}']),
    letters(60, 64).map((part) => `/${[part, part, part, part, part].join('/')}`),
  ),
  sub(['/a@{b', '/a}b', '/@{}', '/$/', '/a/@{!x}', '/@{{}}', '/@{Gone}']),
)
const action = mostly(
  fc.constantFrom('s3:GetObject', 's3:GetObject*', 'dynamodb:Query', 'sqs:SendMessage', 'sns:Publish'),
  fc.constantFrom('s3:*', 'iam:PassRole'),
)
const target = mostly(
  fc.oneof(
    sub([
      '*',
      'arn:aws:s3:::pictures/*',
      'arn:@{AWS::Partition}:sqs:@{AWS::Region}:@{AWS::AccountId}:jobs',
      'arn:aws:s3:::@{Stage}-x/@{!aws:username}',
    ]),
    letters(50, 70).map((part) => `arn:aws:s3:::${part.slice(0, 60)}/${part.repeat(10)}`),
  ),
  fc.oneof(
    sub([
      'a',
      'arn:aws:s3',
      'arn:aws:s3:::{{resolve:ssm:/a:1}}',
      'arn:aws:s3:::a b',
      '@{x',
      'arn:aws:s3:::@{}',
    ]),
    fc.constant({ Ref: 'Gone' }),
  ),
)
const permission = fc.record({
  actions: fc.array(action, { minLength: 1, maxLength: 3 }),
  resource: target,
})
const instanceType = mostly(
  fc.constantFrom('t3.micro', 't3.small', 'm5.large', 'c5.xlarge'),
  fc.constantFrom('t3.', 'T3.micro', 't4g.micro'),
)
const size = fc.integer({ min: 0, max: 50 })
const count = mostly(
  fc.oneof(
    fc.integer({ min: 0, max: 100 }),
    fc.tuple(size, size).map(([min, more]) => ({ min, max: min + more })),
  ),
  fc.constantFrom(-1, 101, { min: 1, max: 0 }),
)

const secretName = variable.map((text) => `S${text}`)

const common = {
  source: fc.constant('apps/x'),
  count,
  instanceType,
  env: fc.dictionary(variable, value, { maxKeys: 3 }),
  secrets: fc.oneof(
    fc.dictionary(secretName, fc.oneof(secret, fc.constant('own')), { maxKeys: 3 }),
    fc.uniqueArray(secretName, { maxLength: 3 }),
  ),
  permissions: fc.array(permission, { maxLength: 16 }),
  stateful: fc.boolean(),
  replaceAfter: fc.constantFrom(10, 600, 'never'),
}
const whole = fc.oneof(
  fc.record(common, { requiredKeys: ['source'] }),
  fc.record(
    { ...common, port, protocol: fc.constantFrom('http', 'grpc', 'tcp') },
    { requiredKeys: ['source', 'port'] },
  ),
  fc.record(
    { ...common, port, expose: fc.record({ host: name, port, path, health }, { requiredKeys: ['port'] }) },
    { requiredKeys: ['source', 'port', 'expose'] },
  ),
)

/** Few services with much in them. */
const rich = fc.dictionary(name, whole, { minKeys: 1, maxKeys: 3 })
/** Many with little: quotas of a template count. */
const many = fc
  .tuple(fc.integer({ min: 1, max: 260 }), fc.boolean())
  .map(([count, needy]) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `s${index}`,
        needy ? { env: { A: { Ref: 'AWS::Region' } }, port: 2000 + index } : {},
      ]),
    ),
  )

export const appSamples: fc.Arbitrary<AppSample> = fc
  .record({
    app: name.filter((text) => text !== 'platform'),
    services: fc.oneof({ weight: 30, arbitrary: rich }, { weight: 1, arbitrary: many }),
    known: fc.boolean(),
  })
  .map(({ app, services, known }) => ({
    app,
    services,
    discovered: known ? Object.keys(services).slice(0, 1) : [],
  }))

/** The bundle that a push makes of it; the error with which it refuses it. */
export function pushed({ app, services, discovered }: AppSample): AppBundle | InvalidInput | BadDefinition {
  const files = new Map([['app.yml', JSON.stringify({ app, services })]])
  for (const service of Object.keys(services)) files.set(`${service}/config.json`, '{"Program": "/p"}')
  for (const service of discovered)
    files.set(
      `${service}/consul.json`,
      JSON.stringify({ service: { name: service.slice(0, 60), port: 8080 } }),
    )
  try {
    const pieces = readApp(app, files)
    const bundled = Object.entries(pieces.services).map(([service, piece]) => [
      service,
      { ...piece, source: 'a1'.repeat(32) },
    ])
    const { manifest, resources } = pieces
    return { format: 1, manifest, resources, services: Object.fromEntries(bundled) }
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof BadDefinition) return error
    throw error
  }
}

/** Its templates in a stage; undefined when the push, or the plan of the stage, refuses it. */
export function accepted(
  sample: AppSample,
  stage: Stage,
): (AppTemplates & { bundle: AppBundle }) | undefined {
  const bundle = pushed(sample)
  if (bundle instanceof Error) return undefined
  try {
    return { ...appTemplates(parsedApp(bundle), stage), bundle }
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof BadDefinition) return undefined
    throw error
  }
}
