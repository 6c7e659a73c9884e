import { describe, expect, it } from '@jest/globals'
import type { AppBundle } from '../../../core/base/bundle.ts'
import type { ServiceImage } from '../../../core/images/build-plan.ts'
import { expectedImages } from '../../../core/images/expected-images.ts'
import { imageHash } from '../../../core/images/image-hash.ts'
import { stage } from '../../support/stage.ts'

const bundle = {
  format: 1,
  manifest: { app: 'web', requires: [], services: {} },
  resources: {},
  services: { page: { definition: null, config: {}, source: 'a' } },
} as AppBundle
const hash = imageHash({ app: 'web', service: 'page', source: 'a', stage })
const image = (imageId: string, other: Partial<ServiceImage> = {}): ServiceImage => ({
  imageId,
  service: 'page',
  hash,
  createdAt: '2026-01-01T00:00:00.000Z',
  state: 'available',
  ...other,
})
const record = { hash, imageId: 'ami-1', builtAt: '2026-01-01T00:00:00.000Z' }
const other = { hash: 'x', imageId: 'ami-other', builtAt: '' }

describe('the image that a service is going to have', () => {
  it.each<[string, (typeof record)[], ServiceImage[], object]>([
    ['the recorded one while nothing changed', [record], [image('ami-1')], record],
    ['one to be built when there is none', [], [], { hash, imageId: 'image to be built', builtAt: '' }],
    [
      'one to be built when others have the hash',
      [],
      [image('ami-1', { service: 'b' }), image('ami-2', { hash: 'x' })],
      { imageId: 'image to be built' },
    ],
    [
      'the youngest with the hash, not a failed one',
      [],
      [
        image('ami-9', { state: 'failed', createdAt: '2026-03-01' }),
        image('ami-1'),
        image('ami-2', { createdAt: '2026-02-01' }),
      ],
      { hash, imageId: 'ami-2', builtAt: '' },
    ],
    [
      'one to be built when the only one failed',
      [],
      [image('ami-9', { state: 'failed' })],
      { imageId: 'image to be built' },
    ],
  ])('is %s', (_what, records, images, expected) => {
    const known = new Map([['gone', other], ...records.map((each) => ['page', each] as const)])
    const found = expectedImages(stage, bundle, known, images)
    expect(found.get('page')).toMatchObject(expected)
    expect(found.get('gone')).toEqual(other)
  })
})
