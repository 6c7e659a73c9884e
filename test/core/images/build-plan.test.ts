import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { AppBundle, ImageRecord } from '../../../core/base/bundle.ts'
import type { Stage } from '../../../core/base/stage.ts'
import {
  foundImage,
  ImageNotReady,
  newest,
  planBuild,
  type ServiceImage,
} from '../../../core/images/build-plan.ts'
import { imageHash } from '../../../core/images/image-hash.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { stage } from '../../support/stage.ts'

const bundle: AppBundle = {
  format: 1,
  manifest: { app: 'web', requires: [], services: {} },
  resources: {},
  services: {
    page: { definition: null, config: {}, source: 'a'.repeat(64) },
    api: { definition: null, config: {}, source: 'b'.repeat(64) },
  },
}
const hashOf = (service: string) =>
  imageHash({ app: 'web', service, source: bundle.services[service]?.source ?? '', stage })
const image = (service: string, extra: Partial<ServiceImage> = {}): ServiceImage => ({
  imageId: `ami-${service}`,
  service,
  hash: hashOf(service),
  createdAt: '2026-01-01T00:00:00.000Z',
  state: 'available',
  ...extra,
})
const record = (service: string, extra: Partial<ImageRecord> = {}): [string, ImageRecord] => [
  service,
  { hash: hashOf(service), imageId: `ami-${service}`, builtAt: '2026-01-01T00:00:00.000Z', ...extra },
]
const plan = (
  records: [string, ImageRecord][],
  images: ServiceImage[],
  wanted: { services?: string[]; force?: boolean } = {},
) => planBuild(stage, bundle, { force: false, ...wanted }, new Map(records), images)

describe('the image that a new one builds on', () => {
  const parents = (packager: Stage['packager'], images: ServiceImage[]) =>
    planBuild({ ...stage, packager }, bundle, { force: true }, new Map(), images).steps.map(
      ({ service, parent }) => [service, parent],
    )
  const older = image('page', { imageId: 'ami-1', snapshotId: 'snap-1', hash: 'old' })
  const newer = image('page', {
    imageId: 'ami-2',
    snapshotId: 'snap-2',
    hash: 'older',
    createdAt: '2026-01-02T00:00:00.000Z',
  })

  it.each<[string, Stage['packager'], ServiceImage[], string]>([
    ["is the service's newest", 'ops', [newer, older], 'snap-2'],
    ['is one that is available', 'ops', [older, { ...newer, state: 'failed' }], 'snap-1'],
    ['is none for the first', 'ops', [], ''],
    ['is none whose snapshot EC2 does not say', 'ops', [image('page')], ''],
    ["is none of another service's", 'ops', [{ ...newer, service: 'other' }], ''],
    ['is none for the packager that sends no blocks', 'process', [newer], ''],
  ])('%s', (_case, packager, images, parent) => {
    expect(parents(packager, images)).toEqual([
      ['page', parent],
      ['api', ''],
    ])
  })
})

describe('the build plan', () => {
  it.each([
    ['nothing is there', [], [], true, 'it has no image yet'],
    [
      'the source changed',
      [record('page', { hash: 'old', imageId: 'ami-old' })],
      [image('page', { hash: 'old', imageId: 'ami-old' })],
      true,
      'its source or the tools that make it changed',
    ],
    ['the recorded image is gone', [record('page')], [], true, 'its image ami-page is gone'],
    [
      'the only image failed',
      [record('page')],
      [image('page', { state: 'failed' })],
      true,
      'its image ami-page is gone',
    ],
    ['an image with the hash has no record', [], [image('page')], false, 'ami-page has this hash'],
    [
      'such an image is still pending',
      [],
      [image('page', { state: 'pending' })],
      false,
      'ami-page has this hash',
    ],
    [
      'the record names an older content that came back',
      [record('page', { hash: 'other', imageId: 'ami-other' })],
      [image('page')],
      false,
      'ami-page has this hash',
    ],
  ] as const)('when %s', (_case, records, images, build, reason) => {
    const { steps } = plan([...records] as [string, ImageRecord][], [...images], { services: ['page'] })
    expect(steps).toMatchObject([{ service: 'page', build, reason, hash: hashOf('page'), before: [] }])
  })

  it('skips a service whose recorded image is there', () => {
    expect(plan([record('page'), record('api')], [image('page'), image('api')])).toEqual({
      app: 'web',
      steps: [],
      skipped: [
        { service: 'page', imageId: 'ami-page', reason: 'nothing changed since its image' },
        { service: 'api', imageId: 'ami-api', reason: 'nothing changed since its image' },
      ],
    })
  })

  it('builds what is built already when it is forced, and tells the old image from the new one', () => {
    const { steps } = plan([record('page')], [image('page')], { services: ['page'], force: true })
    expect(steps).toMatchObject([{ build: true, reason: 'forced', before: ['ami-page'] }])
  })

  it('does not take the image of another service with the same hash', () => {
    const { steps } = plan([], [image('api', { hash: hashOf('page') })], { services: ['page'] })
    expect(steps).toMatchObject([{ service: 'page', build: true }])
  })

  it('refuses an app whose instances have another architecture than the stage builds for', () => {
    const { services } = parseManifest('app: web\nservices:\n  page: {instanceType: t4g.small}\n', 'app.yml')
    const arm = { ...bundle, manifest: { ...bundle.manifest, services } }
    expect(() => planBuild(stage, arm, { force: false }, new Map(), [])).toThrow('arm64 processors')
  })

  it('names a service that the app does not have', () => {
    expect(() => plan([], [], { services: ['page', 'pgae'] })).toThrow(
      'input of build: services: the app web has no service "pgae"; it has page, api',
    )
  })

  it('plans a service once, however often it is named', () => {
    expect(plan([], [], { services: ['page', 'page'] }).steps).toHaveLength(1)
  })

  it('has nothing to do after every step was carried out', () => {
    const states = fc.constantFrom('none', 'recorded', 'unrecorded', 'changed')
    fc.assert(
      fc.property(states, states, (page, api) => {
        const records: [string, ImageRecord][] = []
        const images: ServiceImage[] = []
        for (const [service, state] of Object.entries({ page, api })) {
          if (state === 'recorded') records.push(record(service))
          if (state === 'recorded' || state === 'unrecorded') images.push(image(service))
          if (state === 'changed') records.push(record(service, { hash: 'old' }))
        }
        const after = new Map(records)
        for (const step of plan(records, images).steps) {
          if (step.build) images.push(image(step.service))
          after.set(step.service, { ...foundImage(step, images), builtAt: '' })
        }
        expect(plan([...after], images).steps).toEqual([])
      }),
    )
  })
})

describe('the image that is there already', () => {
  const [step] = plan([], [], { services: ['page'] }).steps
  if (!step) throw new Error('the plan has no step')

  it('is the newest available one', () => {
    const images = [
      image('page', { imageId: 'ami-1', createdAt: '2026-01-01T00:00:00.000Z' }),
      image('page', { imageId: 'ami-3', createdAt: '2026-01-03T00:00:00.000Z', state: 'pending' }),
      image('page', { imageId: 'ami-2', createdAt: '2026-01-02T00:00:00.000Z' }),
    ]
    expect(foundImage(step, images).imageId).toBe('ami-2')
  })

  it('is none of another service, nor one with another hash', () => {
    const others = [
      image('api', { hash: hashOf('page'), createdAt: '2026-02-01T00:00:00.000Z' }),
      image('page', { hash: 'x', imageId: 'ami-x', createdAt: '2026-02-01T00:00:00.000Z' }),
    ]
    expect(foundImage(step, [...others, image('page')]).imageId).toBe('ami-page')
  })

  it.each([
    ['2026-01-02', '2026-01-01', 'ami-1'],
    ['2026-01-01', '2026-01-02', 'ami-2'],
    ['2026-01-01', '2026-01-01', 'ami-2'],
  ])('is the youngest, of equal ages the one with the greatest id: %s, %s', (one, other, imageId) => {
    const images = [
      image('page', { imageId: 'ami-1', createdAt: one }),
      image('page', { imageId: 'ami-2', createdAt: other }),
    ]
    for (const order of [images, images.toReversed()]) expect(newest(order)).toMatchObject({ imageId })
  })

  it('is awaited while it is pending', () => {
    expect(() => foundImage(step, [image('page', { state: 'pending' })])).toThrow(ImageNotReady)
  })
})
