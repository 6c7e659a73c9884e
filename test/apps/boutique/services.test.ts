import { describe, expect, it } from '@jest/globals'
import { addressOf, portOf } from '../../../apps/boutique/lib/services.ts'

describe('A service of the shop', () => {
  it('is where its variable says, or else at its name in Consul', () => {
    expect(addressOf('adservice', { AD_SERVICE_ADDR: 'ads:1' })).toBe('ads:1')
    expect(addressOf('adservice', { AD_SERVICE_ADDR: '' })).toBe('adservice.service.consul:9555')
  })

  it('listens on PORT, or else on its usual port', () => {
    expect(portOf('adservice', { PORT: '80' })).toBe(80)
    expect(portOf('adservice', {})).toBe(9555)
    expect(() => portOf('adservice', { PORT: 'x' })).toThrow('PORT is "x"')
  })
})
