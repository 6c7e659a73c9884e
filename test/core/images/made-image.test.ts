import { describe, expect, it } from '@jest/globals'
import { identity } from '../../../buildspecs/tags.mjs'
import { TAG } from '../../../core/base/names.ts'
import { type BuildStep, ImageNotReady } from '../../../core/images/build-plan.ts'
import { checkMade, imageTags, type MadeImage, WrongImage } from '../../../core/images/made-image.ts'

const step: BuildStep = {
  app: 'shop',
  service: 'web',
  hash: 'h1',
  build: true,
  reason: 'new',
  sourceKey: 'sources/a.tgz',
  upstream: '',
  resolvers: '',
  parent: '',
  before: ['ami-old'],
  imageId: 'ami-new',
}
const image = (extra: Partial<MadeImage> = {}): MadeImage => ({
  imageId: 'ami-new',
  name: 'nanofleet-dev-shop-web-h1-lx2',
  state: 'available',
  createdAt: '2026-01-01T00:00:00.000Z',
  tags: { CreatedBy: 'ops', [TAG.stage]: 'dev' },
  snapshots: [{ snapshotId: 'snap-1', tags: { [TAG.stage]: 'dev' } }],
  ...extra,
})
const snapshot = (tags: Record<string, string>) => [{ snapshotId: 'snap-1', tags }]
const other = imageTags('dev', { ...step, app: 'platform', service: 'consul' })

describe('the image that a build says it made', () => {
  it.each<[string, MadeImage]>([
    ['as the build left it', image()],
    ['without a tag', image({ tags: {}, snapshots: snapshot({}) })],
    ['recorded before', image({ tags: imageTags('dev', step), snapshots: snapshot(imageTags('dev', step)) })],
  ])('is taken %s', (_what, made) => {
    expect(checkMade('dev', step, made)).toBe(made)
  })

  it.each<[string, MadeImage, string]>([
    ['of another service by its tags', image({ tags: other }), 'has the tag nanofleet:app of platform'],
    [
      "made of another service's snapshot",
      image({ snapshots: snapshot(other) }),
      'has the tag nanofleet:app of platform',
    ],
    [
      'of another stage',
      image({ tags: { [TAG.stage]: 'prod' } }),
      'has the tag nanofleet:stage of prod; nothing was recorded',
    ],
    [
      'of another content',
      image({ snapshots: snapshot({ [TAG.hash]: 'h2' }) }),
      'has the tag nanofleet:hash of h2',
    ],
    [
      'called otherwise',
      image({ name: 'golden' }),
      'is called golden and not nanofleet-dev-shop-web-h1; nothing was recorded',
    ],
    ["made of somebody else's snapshot", image({ snapshots: [] }), 'has no snapshot in this account'],
    ['that failed', image({ state: 'failed' }), 'is failed'],
  ])('is refused: one %s', (_what, made, sentence) => {
    expect(() => checkMade('dev', step, made)).toThrow(WrongImage)
    expect(() => checkMade('dev', step, made)).toThrow(sentence)
  })

  it('is refused when it was there before, and when the build names none', () => {
    expect(() => checkMade('dev', { ...step, imageId: 'ami-old' }, image())).toThrow('was there before')
    const { imageId: _none, ...silent } = step
    expect(() => checkMade('dev', silent, undefined)).toThrow('says that it made nothing; look at its log')
  })

  it('is awaited while EC2 does not show it, or not as available', () => {
    expect(() => checkMade('dev', step, undefined)).toThrow(ImageNotReady)
    expect(() => checkMade('dev', step, image({ state: 'pending' }))).toThrow(ImageNotReady)
  })

  it('has the name that the packagers give', () => {
    const { name, tags } = identity({ app: 'shop', service: 'web', stage: 'dev', hash: 'h1' } as never)
    expect(imageTags('dev', step).Name).toBe(name)
    expect(Object.entries(imageTags('dev', step))).toEqual(
      expect.arrayContaining(tags.map(({ Key, Value }) => [Key, Value])),
    )
  })
})
