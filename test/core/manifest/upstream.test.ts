import { describe, expect, it } from '@jest/globals'
import { InvalidInput } from '../../../core/base/errors.ts'
import { checkDeployable } from '../../../core/deploy/deploy-input.ts'
import { planBuild } from '../../../core/images/build-plan.ts'
import { imageHash } from '../../../core/images/image-hash.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { imageFiles } from '../../../core/manifest/source-files.ts'
import { upstreamImage } from '../../../core/manifest/upstream.ts'
import { readApp } from '../../../core/template/app-folder.ts'
import { stage } from '../../support/stage.ts'

const DIGEST = `sha256:${'d'.repeat(64)}`
const SERVICES = 'services:\n  cart: {source: apps/shop/cart}\n  ads: {source: apps/shop/ads}\n  redis: {}\n'
const WHERE = 'registry: images.example/shop, version: v1.2.3'
const manifestOf = (source: string, upstream = WHERE) =>
  parseManifest(`app: shop\nsource: ${source}\nupstream: {${upstream}}\n${SERVICES}`, 'images/shop/app.yml')
const published = manifestOf('upstream')
const local = { ...stage, name: 'local', packager: 'process' as const }
const REFUSAL = new InvalidInput(
  'images/shop/app.yml: source',
  'upstream needs the packager ops, which works on AWS only, and the stage local has process',
  'write source: ours and push the app again',
)

describe('an app that is made of published images', () => {
  it('takes them for the services that would else have a source of ours', () => {
    const images = ['cart', 'ads', 'redis'].map((service) => upstreamImage(published, service))
    expect(images).toEqual(['images.example/shop/cart:v1.2.3', 'images.example/shop/ads:v1.2.3', undefined])
  })

  it('pins those with a digest', () => {
    const pinned = manifestOf('upstream', `${WHERE}, digests: {ads: "${DIGEST}"}`)
    expect(upstreamImage(pinned, 'ads')).toBe(`images.example/shop/ads:v1.2.3@${DIGEST}`)
    expect(upstreamImage(pinned, 'cart')).toBe('images.example/shop/cart:v1.2.3')
  })

  it('is ours where nothing is said, whatever upstream names: the bundle is the one without it', () => {
    const silent = parseManifest(`app: shop\n${SERVICES}`, 'app.yml')
    expect(manifestOf('ours')).toEqual(silent)
    expect(upstreamImage(silent, 'cart')).toBeUndefined()
  })

  it.each([
    ['no place to take them from', 'source: upstream\n', ':2: source: "upstream" needs the key upstream'],
    ['another word', 'source: google\n', ':2: source: "google" is unknown'],
    ['a tag that moves', 'upstream: {registry: a.example/b, version: latest}\n', 'is not a tag that stays'],
    ['a registry without a path', 'upstream: {registry: a.example, version: v1}\n', 'is not a registry path'],
    [
      'a digest that is none',
      'upstream: {registry: a.example/b, version: v1, digests: {ads: "sha256:1"}}\n',
      'is not a digest',
    ],
    [
      'a digest for a service that is not made of one',
      `source: upstream\nupstream: {${WHERE}, digests: {redis: "${DIGEST}"}}\n`,
      ':3: upstream.digests.redis: no service "redis" with a source in app shop',
    ],
  ])('is refused with %s', (_case, keys, sentence) => {
    expect(() => parseManifest(`app: shop\n${keys}${SERVICES}`, 'app.yml')).toThrow(sentence)
  })
})

const TREE = new Map(
  Object.entries({
    'images/shop/cart/Dockerfile': 'FROM ours',
    'images/shop/cart/config.json': '{"Program": "/p"}',
    'images/shop/cart/consul.json': '{}',
    'images/shop/cart/upstream/Dockerfile': 'FROM theirs',
    'images/shop/cart/upstream/config.json': '{"Program": "/p"}',
    'images/shop/redis/config.json': '{"Program": "/p"}',
    'apps/shop/cart/main.ts': '',
    'buildspecs/ops.mjs': '',
    'package.json': '{}',
    'package-lock.json': '{}',
  }),
)

describe('what a published image is packed with', () => {
  it('is its own folder and the build scripts: none of our source', () => {
    expect(imageFiles(published, 'cart', TREE)).toEqual([
      'buildspecs/ops.mjs',
      'images/shop/cart/upstream/Dockerfile',
      'images/shop/cart/upstream/config.json',
    ])
  })

  it('is no part of our own image', () => {
    expect(imageFiles(manifestOf('ours'), 'cart', TREE)).toEqual([
      'apps/shop/cart/main.ts',
      'buildspecs/ops.mjs',
      'images/shop/cart/Dockerfile',
      'images/shop/cart/config.json',
      'package-lock.json',
      'package.json',
    ])
  })

  it('leaves a service as it is that never had a source of ours', () => {
    expect(imageFiles(published, 'redis', TREE)).toEqual(imageFiles(manifestOf('ours'), 'redis', TREE))
  })

  const folder = (files: Record<string, string>) =>
    readApp(
      'shop',
      new Map(
        Object.entries({
          'app.yml': `app: shop\nsource: upstream\nupstream: {${WHERE}}\nservices:\n  cart: {source: apps/cart}\n`,
          'cart/config.json': '{"Program": "/ours"}',
          ...files,
        }),
      ),
    )

  it('has a configuration of its own', () => {
    const { services } = folder({
      'cart/upstream/config.json': '{"Program": "/theirs"}',
      'cart/consul.json': '{"service": {"name": "cart"}}',
    })
    expect(services.cart).toEqual({
      config: { Program: '/theirs' },
      definition: '{"service": {"name": "cart"}}',
    })
  })

  it('is asked for when it is missing, and read with the same strictness', () => {
    expect(() => folder({})).toThrow('images/shop/cart/upstream: has no config.json')
    expect(() => folder({ 'cart/upstream/config.json': '{"Porgram": ""}' })).toThrow(
      'images/shop/cart/upstream/config.json:1: Porgram: unknown key; did you mean "Program"?',
    )
  })
})

describe('the hash of a published image', () => {
  const hash = (upstream?: string, source = 'a'.repeat(64)) =>
    imageHash({ app: 'shop', service: 'cart', source, upstream, stage })

  it('changes with source, registry, version, digest and what it is packed with', () => {
    const image = 'images.example/shop/cart:v1.2.3'
    const hashes = [
      hash(),
      hash(image),
      hash(image.replace('shop', 'other')),
      hash(`${image}4`),
      hash(`${image}@${DIGEST}`),
      hash(image, 'b'.repeat(64)),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})

describe('a stage', () => {
  const bundle = {
    format: 1 as const,
    manifest: published,
    resources: {},
    services: {
      cart: { definition: null, config: {}, source: 'a'.repeat(64) },
      redis: { definition: null, config: {}, source: 'b'.repeat(64) },
    },
  }
  const plan = (at: typeof stage, { manifest } = bundle) =>
    planBuild(at, { ...bundle, manifest }, { force: false }, new Map(), [])

  it('on AWS tells each build what to make its image of', () => {
    expect(plan(stage).steps.map(({ service, upstream }) => [service, upstream])).toEqual([
      ['cart', 'images.example/shop/cart:v1.2.3'],
      ['redis', ''],
    ])
  })

  it('builds anew when the app turns from one to the other, and only what is made of it', () => {
    const hashes = (manifest = published) =>
      plan(stage, { ...bundle, manifest }).steps.map(({ hash }) => hash)
    const [cart, redis] = hashes()
    const [ours, same] = hashes(manifestOf('ours'))
    expect([cart === ours, redis === same]).toEqual([false, true])
  })

  it('that packs processes refuses before it builds or deploys anything', () => {
    expect(() => plan(local)).toThrow(REFUSAL)
    expect(() => checkDeployable({}, published, local)).toThrow(REFUSAL)
    expect(() => checkDeployable({}, published, stage)).not.toThrow()
    expect(() => checkDeployable({}, manifestOf('ours'), local)).not.toThrow()
  })

  it('goes back to a kept release also then: it has its images', () => {
    expect(() => checkDeployable({ release: 3 }, published, local)).not.toThrow()
  })
})
