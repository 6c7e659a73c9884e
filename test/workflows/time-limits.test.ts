import { describe, expect, it } from '@jest/globals'
import { PATIENCE_SECONDS } from '../../core/deploy/health.ts'
import { readWorkflows } from '../../scripts/asl.ts'

const limit = (name: string): number =>
  (readWorkflows().get(`${name}.asl.yml`) as unknown as { TimeoutSeconds: number }).TimeoutSeconds

/** Seconds on AWS: a boot, joining the cluster, registration at a slow NLB with its checks, a drain. */
const [BOOT, JOIN, REGISTRATION, DRAIN] = [60, 60, 300 + 15, 180]
const SERVERS = 5

describe('the time that a workflow has', () => {
  it('is enough to replace five Consul servers one by one behind a slow load balancer', () => {
    expect(SERVERS * (BOOT + JOIN + REGISTRATION + DRAIN)).toBeLessThan(limit('service') / 2)
  })

  it('is longer than the patience with one step', () => {
    expect(BOOT + JOIN + REGISTRATION + PATIENCE_SECONDS).toBeLessThan(limit('service'))
  })

  it.each(['deploy', 'scale', 'restart', 'teardown'])(
    'lets %s wait for a service there and back, however long that one may take',
    (name) => {
      expect(limit(name)).toBeGreaterThanOrEqual(2 * limit('service') + 3600)
    },
  )
})
