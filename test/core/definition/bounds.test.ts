import { describe, expect, it } from '@jest/globals'
import { BadDefinition, parseDefinition } from '../../../core/definition/definition.ts'

const accepts = (service: object): boolean => {
  try {
    return parseDefinition(JSON.stringify({ name: 'web', ...service }), 'x').length === 1
  } catch (error) {
    if (error instanceof BadDefinition) return false
    throw error
  }
}
const check = (fields: object) => ({ check: { tcp: 'HEALTHROUTE:1', interval: '10s', ...fields } })
const meta = (count: number) => ({
  meta: Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, ''])),
})

describe('a Consul definition takes what is within the bounds', () => {
  it.each<[object, boolean]>([
    [{ port: 0 }, true],
    [{ port: -1 }, false],
    [{ port: 65535 }, true],
    [{ port: 65536 }, false],
    [{ port: 1.5 }, false],
    [{ weights: { passing: 1 } }, true],
    [{ weights: { passing: 0 } }, false],
    [{ weights: { passing: 65535 } }, true],
    [{ weights: { passing: 65536 } }, false],
    [{ weights: { warning: 0 } }, true],
    [{ weights: { warning: -1 } }, false],
    [{ weights: { warning: 65535 } }, true],
    [{ weights: { warning: 65536 } }, false],
    [{ name: '' }, false],
    [{ id: 'a' }, true],
    [{ meta: { a: 'x'.repeat(512) } }, true],
    [{ meta: { a: 'x'.repeat(513) } }, false],
    [{ meta: { a: 'é'.repeat(256) } }, true],
    [{ meta: { a: 'é'.repeat(257) } }, false],
    [{ meta: { ['k'.repeat(128)]: '' } }, true],
    [{ meta: { ['k'.repeat(129)]: '' } }, false],
    [{ meta: { 'consul-a': '' } }, false],
    [{ meta: { 'a-consul-': '' } }, true],
    [meta(57), true],
    [meta(58), false],
    [{ locality: { region: 'a', zone: 'b' } }, true],
    [{ locality: { region: 'a' } }, true],
    [{ locality: {} }, true],
    [{ locality: { zone: 'b' } }, false],
    [{ connect: { native: true } }, true],
    [{ connect: { sidecar_service: {} } }, false],
    [{ tagged_addresses: { lan_ipv4: { address: '10.0.0.1' } } }, true],
    [{ tagged_addresses: { lan_ipv4: { address: 'HEALTHROUTE' } } }, true],
    [{ tagged_addresses: { wan_ipv4: { address: 'host' } } }, false],
    [{ tagged_addresses: { lan_ipv6: { address: '::1' } } }, true],
    [{ tagged_addresses: { wan_ipv6: { address: '10.0.0.1' } } }, false],
    [{ tagged_addresses: { other: { address: 'host' } } }, true],
    [{ socket_path: '/a' }, false],
    [{ token: 'a' }, false],
    [check({}), true],
    [check({ interval: undefined }), false],
    [check({ interval: '0s' }), false],
    [check({ interval: 'soon' }), false],
    [check({ timeout: '1s' }), true],
    [check({ output_max_size: 0 }), true],
    [check({ output_max_size: -1 }), false],
    [check({ failures_before_critical: 2, failures_before_warning: 2 }), true],
    [check({ failures_before_critical: 2, failures_before_warning: 3 }), false],
    [check({ failures_before_critical: 2 }), true],
    [check({ failures_before_warning: 0 }), true],
    [check({ failures_before_warning: 1 }), false],
    [check({ http: 'http://HEALTHROUTE' }), false],
    [check({ ttl: '10s' }), false],
    [check({ alias_service: 'a' }), false],
    [check({ status: 'warning' }), true],
    [check({ status: 'maintenance' }), false],
    [check({ args: ['a'] }), false],
    [check({ token: 'a' }), false],
    [{ check: { ttl: '10s' } }, true],
    [{ check: { ttl: '0s' } }, false],
    [{ check: { ttl: '10s', interval: '10s' } }, false],
    [{ check: { alias_service: 'web' } }, true],
    [{ check: { name: 'a' } }, false],
    [{ check: { interval: '10s' } }, false],
  ])('%j: %p', (service, accepted) => {
    expect(accepts(service)).toBe(accepted)
  })
})
