import fc from 'fast-check'

/** Text of each file of a repository, by path. */
export type Files = Record<string, string>

/** Files that are always there, with what they may say. */
const KEPT: Record<string, readonly string[]> = {
  'images/shop/web/config.json': ['{"Program": "/web"}', '{"Program": "/web", "Env": {"A": "1"}}'],
  'images/shop/api/config.json': ['{"Program": "/api"}'],
  'images/shop/all/config.json': ['{"Program": "/all"}'],
  'apps/web/main.ts': [
    'export {}',
    "import './a.ts'",
    "import '../lib/net/b.ts'",
    "import '../shop/lib/c.ts'",
    "import '../lib/loose.ts'",
  ],
  'apps/web2/main.ts': ['export {}', "export * from '../lib/net/b.ts'"],
  'svc/api/go.mod': ['module api\n', 'module api\nreplace x => ../../apps/lib/go\n'],
}

/** Files that may be there. */
const LOOSE: Record<string, readonly string[]> = {
  'images/shop/web/Dockerfile': ['FROM a@sha256:1\n', 'FROM a@sha256:2\n'],
  'images/shop/web/consul.json': ['{"service": {"name": "web"}}', '{"service": {"name": "web", "port": 1}}'],
  'images/shop/README.md': ['a', 'b'],
  'images/bases.lock.json': ['{}', '{"a": 1}'],
  'images/other/web/Dockerfile': ['FROM scratch\n'],
  'apps/web/a.ts': ['1', '2'],
  'apps/web/.hidden/file': ['1', '2'],
  'apps/web/a.test.ts': ['1', '2'],
  'apps/web/docs/page.md': ['1', '2'],
  'apps/web/.dockerignore': ['docs\n', '*.ts\n!main.ts\n'],
  'apps/lib/net/b.ts': ['1', "import '../deep/d.ts'"],
  'apps/lib/deep/d.ts': ['1', '2'],
  'apps/lib/loose.ts': ['1', '2'],
  'apps/lib/go/lib.go': ['package a', 'package b'],
  'apps/shop/lib/c.ts': ['1', '2'],
  'svc/api/main.go': ['package main', 'package main // 2'],
  'svc/other/main.go': ['1', '2'],
  'buildspecs/tools.lock.json': ['{}', '{"a": 1}'],
  'package.json': ['{}', '{"a": 1}'],
  'package-lock.json': ['{}', '{"a": 1}'],
  'nanofleet.yml': ['defaults: {count: 2}\n', 'defaults: {count: 3}\n', 'stages: {dev: {domain: a.bc}}\n'],
  'docs/page.md': ['1', '2'],
  'README.md': ['1', '2'],
}

const one = (texts: readonly string[]) => fc.constantFrom(...texts)

/** One entry of app.yml after the other; web moves to another folder at times. */
const manifests = fc
  .record({
    source: fc.constantFrom('apps/web', 'apps/web2'),
    variable: fc.constantFrom('1', '2'),
    ignored: fc.constantFrom('', ', ignore: [docs]'),
    table: fc.boolean(),
    comment: fc.constantFrom('', '# a comment\n'),
    third: fc.boolean(),
    type: fc.constantFrom('t3.micro', 't3.small'),
  })
  .map(
    ({ source, variable, ignored, table, comment, third, type }) => `${comment}app: shop
resources: resources.yml
services:
  web: {source: ${source}${ignored}, env: {A: "${variable}"}}
  api: {source: svc/api, instanceType: ${type}${table ? ', env: {TABLE: {Ref: Orders}}' : ''}}
${third ? '  all: {source: .}\n' : ''}`,
  )

const resources = fc.record({ orders: fc.nat(2), letters: fc.nat(2) }).map(
  ({ orders, letters }) => `Resources:
  Orders: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: ${orders}}}
  Letters: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: ${letters}}}
`,
)

const kept = Object.fromEntries(Object.entries(KEPT).map(([path, texts]) => [path, one(texts)]))
const loose = Object.fromEntries(
  Object.entries(LOOSE).map(([path, texts]) => [path, fc.option(one(texts), { nil: undefined })]),
)

/** Repositories with an app `shop`: in TypeScript, in Go, and at times one that is the whole of it. */
export const repositories: fc.Arbitrary<Files> = fc
  .record({
    ...kept,
    ...loose,
    'images/shop/app.yml': manifests,
    'images/shop/resources.yml': resources,
  })
  .map((files) =>
    Object.fromEntries(
      Object.entries(files).flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])),
    ),
  )

/** Some of the next state's files, so that commits are small too. */
export const histories: fc.Arbitrary<Files[]> = fc
  .tuple(
    repositories,
    fc.array(fc.tuple(repositories, fc.array(fc.nat(40), { maxLength: 3 })), { minLength: 1, maxLength: 4 }),
  )
  .map(([first, steps]) => {
    const states = [first]
    for (const [other, picked] of steps) states.push(step(states.at(-1) as Files, other, picked))
    return states
  })

function step(state: Files, other: Files, picked: readonly number[]): Files {
  if (picked.length === 0) return other
  const paths = [...new Set([...Object.keys(state), ...Object.keys(other)])].sort()
  const next: Files = { ...state }
  for (const index of picked) {
    const path = paths[index % paths.length] as string
    if (other[path] === undefined) delete next[path]
    else next[path] = other[path]
  }
  return next
}
