import type { ServiceGroup } from '../../cli/stage/service-status.ts'
import { SHOP_TARGET } from '../support/shop-target.ts'

/** A service of the shop whose group has one instance, `i-<service>`. */
export const shopGroup = (service: string): ServiceGroup => ({
  target: { ...SHOP_TARGET, service, catalog: [service] },
  group: `nanofleet-dev-shop-${service}`,
  release: undefined,
  url: undefined,
  view: {
    desired: 1,
    max: 2,
    members: [{ id: `i-${service}`, stage: 'serving', current: true }],
    targetGroups: [],
  },
})
