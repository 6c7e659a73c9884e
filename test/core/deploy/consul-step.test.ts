import { describe, expect, it } from '@jest/globals'
import type { AppBundle } from '../../../core/base/bundle.ts'
import { InvalidInput } from '../../../core/base/errors.ts'
import { consulVersion, refuseConsulJump } from '../../../core/deploy/consul-step.ts'
import { released, spec } from './plan-inputs.ts'

const platform = (consul?: string): AppBundle => {
  const services = { consul: spec([], { kind: 'consulserver', source: 'apps/platform/consul' }) }
  const made = { definition: null, config: {}, source: 's', ...(consul === undefined ? {} : { consul }) }
  return {
    format: 1,
    manifest: { app: 'platform', requires: [], services },
    resources: {},
    services: { consul: made },
  }
}

const step = (running: string | undefined, wanted: string | undefined) => () => {
  const current = released(1, platform(running), { consul: 'ami-1' })
  const [server] = Object.values(current.services)
  if (server && running !== undefined) server.consul = running
  refuseConsulJump(platform(wanted), current)
}

describe('a step to another version of Consul', () => {
  it.each([
    ['1.22.6', '1.22.6'],
    ['1.22.5', '1.22.6'],
    ['1.21.5', '1.22.6'],
    ['1.20.6', '1.22.6'],
    ['1.19.2', '1.21.5'],
    ['1.22.6', '2.0.1'],
    ['1.21.5', '2.0.1'],
    ['2.0.1', '2.2.0'],
    // Back to an earlier release.
    ['1.22.6', '1.19.2'],
    ['2.0.1', '1.22.6'],
    // A release that was recorded without a version ran 1.19.2.
    [undefined, '1.21.5'],
  ])('is allowed from %s to %s', (running, wanted) => {
    expect(step(running, wanted)).not.toThrow()
  })

  it.each([
    ['1.19.2', '1.22.6', '1.21'],
    ['1.19.2', '2.0.1', '1.21'],
    ['1.20.6', '2.0.1', '1.22'],
    ['1.21.5', '2.1.0', '2.0'],
    ['1.22.6', '2.2.0', '2.1'],
    ['2.0.1', '3.0.0', '2.2'],
    [undefined, '1.22.6', '1.21'],
  ])('is refused from %s to %s, with the version to go to first', (running, wanted, first) => {
    expect(step(running, wanted)).toThrow(InvalidInput)
    expect(step(running, wanted)).toThrow(
      `apps/platform/consul/go.mod: Consul ${wanted} cannot follow ${running ?? '1.19.2'} directly, a step is 2 ` +
        `versions at most; deploy it with Consul ${first} first (docs/runbook.md, "Another version of Consul")`,
    )
  })

  it('is no question for a new cluster, nor for a service without Consul', () => {
    expect(() => refuseConsulJump(platform('1.22.6'), undefined)).not.toThrow()
    expect(step('1.19.2', undefined)).not.toThrow()
  })
})

describe('the version of Consul in a go.mod', () => {
  it.each([
    [
      'require (\n\tgithub.com/hashicorp/consul v1.22.6\n\tgithub.com/hashicorp/consul/api v1.33.7\n)',
      '1.22.6',
    ],
    ['require github.com/hashicorp/consul v1.21.5 // indirect', '1.21.5'],
    ['require github.com/hashicorp/consul v2.0.0-rc1+incompatible', '2.0.0-rc1+incompatible'],
    ['require github.com/hashicorp/consul/api v1.33.7', undefined],
    ['', undefined],
  ])('is read from %j', (text, version) => {
    expect(consulVersion(text)).toBe(version)
  })
})
