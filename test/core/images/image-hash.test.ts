import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { resolvers } from '../../../core/base/resolvers.ts'
import { type ImageInputs, imageHash } from '../../../core/images/image-hash.ts'

const INPUTS: ImageInputs = {
  app: 'web',
  service: 'web',
  source: 'a'.repeat(64),
  stage: {
    packager: 'ops',
    architecture: 'x86_64',
    region: 'eu-west-1',
    privateCidrs: ['10.77.0.0/20', '10.77.16.0/20', '10.77.32.0/20'],
  },
}

describe('the image hash', () => {
  it('is 16 hex digits, the same for the same inputs', () => {
    expect(imageHash(INPUTS)).toMatch(/^[0-9a-f]{16}$/)
    expect(imageHash(structuredClone(INPUTS))).toBe(imageHash(INPUTS))
  })

  it.each<[string, Partial<ImageInputs> | { stage: Partial<ImageInputs['stage']> }]>([
    ['the app', { app: 'shop' }],
    ['the service', { service: 'api' }],
    ['the source', { source: 'b'.repeat(64) }],
    ['the packager', { stage: { packager: 'process' } }],
    ['the architecture', { stage: { architecture: 'arm64' } }],
    ['the region', { stage: { region: 'us-east-1' } }],
    ['the resolvers', { stage: { privateCidrs: ['10.78.0.0/20'] } }],
  ])('changes with %s', (_input, change) => {
    const stage = { ...INPUTS.stage, ...change.stage }
    expect(imageHash({ ...INPUTS, ...change, stage })).not.toBe(imageHash(INPUTS))
  })

  it('does not take one input for another', () => {
    const inputs = fc.record({ app: fc.string(), service: fc.string(), source: fc.string() })
    fc.assert(
      fc.property(inputs, inputs, (a, b) => {
        const same = a.app === b.app && a.service === b.service && a.source === b.source
        return (imageHash({ ...INPUTS, ...a }) === imageHash({ ...INPUTS, ...b })) === same
      }),
    )
  })
})

describe('the resolvers of an image', () => {
  it('are the .10 of each private subnet', () => {
    expect(resolvers('web', INPUTS.stage)).toEqual(['10.77.0.10', '10.77.16.10', '10.77.32.10'])
  })

  it('are the VPC resolver for the platform, which stands behind those addresses', () => {
    expect(resolvers('platform', INPUTS.stage)).toEqual(['169.254.169.253'])
  })
})
