import type { ServiceTarget } from '../../core/deploy/deploy-plan.ts'

/** An instance of a service that Consul knows as `web`. */
export const SHOP_TARGET: ServiceTarget = {
  app: 'shop',
  service: 'web',
  count: 1,
  replacement: 'surge',
  kind: 'service',
  catalog: ['web'],
}
