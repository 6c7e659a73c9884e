import { describe, expect, it } from '@jest/globals'
import type { ServiceBundle } from '../../../core/base/bundle.ts'
import { sha256 } from '../../../core/base/canonical.ts'
import type { DeployPlan } from '../../../core/deploy/deploy-plan.ts'
import { releaseOf } from '../../../core/deploy/release-of.ts'
import { sampleApp } from '../../apps/apps.ts'
import { SHOP_TARGET } from '../../support/shop-target.ts'

describe('the record of a release', () => {
  it('names images, counts and the definitions by their digest, "" for none, and the version of Consul', () => {
    const bundle = sampleApp('shop', 'services:\n  web: {}\n  job: {}\n', {
      'web/consul.json': '{"name": "web"}',
    })
    const planned = (imageId: string, count: number) => ({
      change: { action: 'create' as const, reasons: [] },
      hash: `hash of ${imageId}`,
      imageId,
      target: { ...SHOP_TARGET, count },
    })
    const plan = {
      release: 4,
      bundle: 'b1',
      services: { web: planned('ami-1', 2), job: planned('ami-2', 0) },
    }
    const at = new Date('2026-01-01T00:00:00Z')
    const web = { ...bundle.services.web, consul: '1.22.6' } as ServiceBundle
    const made = { ...bundle, services: { ...bundle.services, web } }
    expect(releaseOf(plan as unknown as DeployPlan, made, 'run', at)).toStrictEqual({
      release: 4,
      bundle: 'b1',
      services: {
        web: {
          hash: 'hash of ami-1',
          imageId: 'ami-1',
          count: 2,
          definition: sha256('{"name": "web"}'),
          consul: '1.22.6',
        },
        job: { hash: 'hash of ami-2', imageId: 'ami-2', count: 0, definition: '' },
      },
      at: '2026-01-01T00:00:00.000Z',
      execution: 'run',
    })
  })
})
