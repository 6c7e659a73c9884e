import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { InvalidInput } from '../../../core/base/errors.ts'
import { LARGEST_SPEC } from '../../../core/spec/document.ts'
import { imageName } from '../../../core/spec/image-name.ts'
import { readSpec } from '../../../core/spec/read-spec.ts'

const read = (text: string | Uint8Array) =>
  readSpec(typeof text === 'string' ? Buffer.from(text) : text, './app.yml')

/** The sentences with which a text is refused. */
function refusal(text: string | Uint8Array): string {
  try {
    read(text)
  } catch (error) {
    if (error instanceof InvalidInput) return error.message
    throw error
  }
  return 'taken'
}

const SHOP = `app: shop
services:
  front:
    image: web/web@3
    port: 8080
    needs: [orders]
    expose: {port: 8000}
  orders:
    image: ami-0123456789abcdef0
    port: 9090
    protocol: grpc
    env: {TABLE: !Ref Orders}
    consul: {service: {name: orders-api, port: 9090}}
  worker:
    image: photos/worker@0123456789abcdef
resources:
  Resources:
    Orders: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "x-\${Stage}"}}
`

describe('a spec', () => {
  it('is an app.yml with images, definitions and resources', () => {
    const { manifest, images, definitions, resources, texts } = read(SHOP)
    expect(manifest).toMatchObject({
      app: 'shop',
      requires: ['platform'],
      services: { front: { count: { desired: 1 }, expose: { host: 'front', path: '/' } } },
    })
    expect(images).toEqual({
      front: { kind: 'built', app: 'web', service: 'web', release: 3 },
      orders: { kind: 'ami', imageId: 'ami-0123456789abcdef0' },
      worker: { kind: 'built', app: 'photos', service: 'worker', hash: '0123456789abcdef' },
    })
    expect(definitions).toMatchObject({
      front: [{ Name: 'front', Port: 8080, Checks: [{ HTTP: 'http://HEALTHROUTE:8080/healthz' }] }],
      orders: [{ Name: 'orders-api' }],
      worker: [],
    })
    expect(texts.worker).toBeNull()
    expect(resources).toMatchObject({ Resources: { Orders: { Type: 'AWS::DynamoDB::Table' } } })
  })

  it('is the same in YAML and in JSON', () => {
    const value = { app: 'shop', services: { front: { image: 'web/web', port: 8080 } } }
    const yaml = 'app: shop\nservices:\n  front:\n    image: web/web\n    port: 8080\n'
    const of = (text: string) => {
      const { manifest, images, texts } = read(text)
      return { manifest, images, texts }
    }
    expect(of(JSON.stringify(value))).toEqual(of(yaml))
    expect(of('{app: shop, services: {front: {image: web/web, port: 8080}}}')).toEqual(of(yaml))
  })

  it.each([
    ['{}', 'TCP', 'HEALTHROUTE:8080'],
    ['{protocol: tcp}', 'TCP', 'HEALTHROUTE:8080'],
    ['{protocol: grpc}', 'GRPC', 'HEALTHROUTE:8080'],
    ['{expose: {port: 8000, health: /up}}', 'HTTP', 'http://HEALTHROUTE:8080/up'],
  ])('without a definition gets a check that fits %s', (more, kind, target) => {
    const merged = more.replace('{', '{image: web/web, port: 8080, ').replace(', }', '}')
    const [definition] = read(`app: a\nservices: {web: ${merged}}`).definitions.web ?? []
    expect(definition?.Checks).toMatchObject([{ [kind]: target }])
  })

  it('is not discovered where it says so', () => {
    const { definitions } = read('app: a\nservices: {web: {image: web/web, port: 8080, consul: false}}')
    expect(definitions).toEqual({ web: [] })
  })

  it.each([
    ['', './app.yml:1: the file is empty'],
    ['null', './app.yml:1: the file is empty'],
    ['[1]', './app.yml:1: [1] is not an object; give an object'],
    ['hello', './app.yml:1: "hello" is not an object; give an object'],
    [Uint8Array.of(0xff, 0xfe), './app.yml: is not text in UTF-8; save it as UTF-8'],
    ['{"app":"a","app":"b"}', './app.yml:1: app: is there twice; keep one of the two'],
    ['app: a\napp: b\n', './app.yml:2: map keys must be unique; correct the YAML'],
    ['app: a\n---\napp: b\n', './app.yml:2: source contains multiple documents; correct the YAML'],
    [`${' ""'.repeat(300_000)}`, './app.yml: has more than 10000 lines and values; shorten it'],
    ['['.repeat(500_000), './app.yml: is nested more than 64 deep; write it flatter'],
    ['- '.repeat(100_000), './app.yml: is nested more than 64 deep; write it flatter'],
    ['&a {app: a, services: *a}', './app.yml: is nested more than 64 deep; write it flatter'],
    [`x: [${'a,'.repeat(400_000)}]`, './app.yml: has more than 10000 lines and values; shorten it'],
    [
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]',
      './app.yml: its aliases (*) stand for too much; write out what they name, or use fewer of them',
    ],
    ['x'.repeat(LARGEST_SPEC + 1), './app.yml: has 1048577 bytes, and 1048576 are allowed; shorten it'],
    [
      '{"__proto__":{"x":1},"app":"a"}',
      './app.yml:1: __proto__: nothing may have this name; choose another name',
    ],
    [
      'app: a\nservices: {constructor: {image: web/web}}',
      './app.yml:2: services.constructor: nothing may have this name; choose another name',
    ],
    [
      'app: a\nservices:\n  web:\n    image: web/web\n    env: {__proto__: x}',
      './app.yml:5: services.web.env.__proto__: nothing may have this name; choose another name',
    ],
    [
      'app: a\nservices:\n  web:\n    source: apps/web\n    image: web/web',
      './app.yml:4: services.web.source: a spec builds nothing; name an image that the stage has built, such as image: web/web',
    ],
    ['app: a\nservices:\n  web:\n    port: 8080', './app.yml:3: services.web.image: is missing; give a text'],
    [
      'app: a\nservices:\n  web:\n    image: web/web:latest',
      './app.yml:4: services.web.image: "web/web:latest" is not an image: write the id of an AMI, or APP/SERVICE with or without @ and a release or a hash, such as web/web, web/web@3',
    ],
    [
      'app: a\nservices:\n  web:\n    image: web/web\n    cuont: 2',
      './app.yml:5: services.web.cuont: unknown key; did you mean "count"?',
    ],
    [
      'app: a\nservices:\n  web:\n    image: web/web\n    needs: [db]',
      './app.yml:5: services.web.needs.0: no service "db" in app a; none is possible here',
    ],
    [
      'app: a\nservices:\n  web:\n    image: web/web\n    consul: {service: {nam: x}}',
      './app.yml:5: services.web.consul: service.nam: is not a field of Consul\'s definition; did you mean "Name"?',
    ],
    [
      'app: a\nservices:\n  web:\n    image: web/web\n    env: {X: {Ref: Y}}',
      './app.yml:3: services.web: refers to "Y", which the resources of the app do not have; none is possible here',
    ],
    [
      'app: a\nservices: {web: {image: web/web}}\nresources:\n  Resources:\n    R: {Type: AWS::IAM::Role}',
      './app.yml:5: resources.Resources.R.Type: an app makes no AWS::IAM::Role; say what a service may do in its permissions in app.yml',
    ],
    [
      'app: platform\nservices: {consul: {image: web/web}}',
      './app.yml:1: app: platform comes with Nanofleet; choose another name',
    ],
  ])('that is wrong is refused in one sentence (%#)', (text, sentence) => {
    expect(refusal(text)).toBe(sentence)
  })

  it('of any JSON is taken or refused, and never breaks', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json({ maxDepth: 5 }), fc.string({ unit: 'binary' })), (text) => {
        expect(refusal(text)).toMatch(/^(taken|\.\/app\.yml(:\d+)?: .+)/s)
      }),
      { numRuns: 40 },
    )
  })

  it('of any bytes is refused, and never breaks', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(refusal(bytes)).toMatch(/^\.\/app\.yml(:\d+)?: .+/s)
      }),
      { numRuns: 40 },
    )
  })
})

describe('the name of an image', () => {
  const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/)
  const at = fc.oneof(
    fc.constant(''),
    fc.integer({ min: 1, max: 999_999 }).map((release) => `@${release}`),
    fc.stringMatching(/^[0-9a-f]{16}$/).map((hash) => `@${hash}`),
  )

  it('says which app, service and release or hash it is', () => {
    fc.assert(
      fc.property(label, label, at, (app, service, which) => {
        const found = imageName(`${app}/${service}${which}`)
        if (found?.kind !== 'built') throw new Error('it is that of a built image')
        const { release, hash } = found
        expect(found).toMatchObject({ app, service })
        expect(release ?? hash ?? '').toEqual(
          which === '' ? '' : which.length === 17 ? which.slice(1) : Number(which.slice(1)),
        )
      }),
    )
  })

  it.each([
    'ami-1',
    'web',
    'web/',
    '/web',
    'web/web@',
    'web/web@0',
    'web/web@latest',
    'Web/web',
    'a/b/c',
    ' a/b',
  ])('is not %j', (text) => {
    expect(imageName(text)).toBeUndefined()
  })
})
