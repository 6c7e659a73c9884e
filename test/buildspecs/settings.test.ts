import { describe, expect, it } from '@jest/globals'
import { parseSettings } from '../../buildspecs/settings.mjs'

const ENVIRONMENT = {
  APP: 'web',
  SERVICE: 'page',
  HASH: '0123456789abcdef',
  STAGE: 'dev',
  BUCKET: 'nanofleet-dev-1',
  ARCH: 'x86_64',
  AWS_REGION: 'eu-west-1',
  RESOLVERS: '10.77.0.10,10.77.16.10',
}

describe('the settings of a build', () => {
  it('are read from its environment', () => {
    expect(parseSettings(ENVIRONMENT, '/src')).toMatchObject({
      app: 'web',
      service: 'page',
      architecture: 'x86_64',
      resolvers: ['10.77.0.10', '10.77.16.10'],
      root: '/src',
      repository: undefined,
    })
  })

  it.each(['APP', 'SERVICE', 'HASH', 'STAGE', 'BUCKET', 'AWS_REGION'])(
    'name %s when it is missing',
    (name) => {
      expect(() => parseSettings({ ...ENVIRONMENT, [name]: undefined }, '/src')).toThrow(name)
    },
  )

  it.each([
    ['APP', '../etc'],
    ['SERVICE', 'a b'],
    ['HASH', 'latest'],
    ['ARCH', 'riscv'],
    ['BUCKET', 'Bucket/key'],
  ])('refuse %s=%s', (name, value) => {
    expect(() => parseSettings({ ...ENVIRONMENT, [name]: value }, '/src')).toThrow(`${name} is "${value}"`)
  })
})
