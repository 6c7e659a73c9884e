import { describe, expect, it } from '@jest/globals'
import { resolvers } from '../../../core/base/resolvers.ts'

describe('resolvers', () => {
  const stage = { privateCidrs: ['10.77.0.0/20', '10.77.16.0/20'] }

  it('are the load balancer, and for the platform behind it the VPC itself', () => {
    expect(resolvers('shop', stage)).toEqual(['10.77.0.10', '10.77.16.10'])
    expect(resolvers('platform', stage)).toEqual(['169.254.169.253'])
  })
})
