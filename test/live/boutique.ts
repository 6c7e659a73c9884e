import type { Context } from '../../cli/context.ts'
import { type LocalInstance, runningInstances } from '../../scripts/demo/local-instances.ts'
import { urlOf } from '../../scripts/demo/places.ts'
import { withApp } from './apps.ts'
import { regionOf } from './stage.ts'

/** The stage with the boutique in addition to platform and web, and the shop's URL at its gateway. */
export async function withBoutique(): Promise<{ context: Context; shop: string }> {
  const context = await withApp('boutique')
  return { context, shop: await urlOf(context, 'boutique') }
}

/** The services with two instances in the manifest. */
export async function pairs(context: Context): Promise<string[]> {
  const { bundle } = await context.bundles().read('boutique')
  const services = Object.entries(bundle.manifest.services)
  return services.filter(([, { count }]) => count.desired === 2).map(([service]) => service)
}

/** The ids of each service's running instances. */
export async function shopInstances(context: Context): Promise<Map<string, string[]>> {
  const all = await runningInstances(regionOf(context))
  const own = all.filter(({ tags }) => tags['nanofleet:app'] === 'boutique')
  const byService = Map.groupBy(own, ({ tags }) => tags['nanofleet:service'] ?? '')
  return new Map([...byService].map(([service, theirs]) => [service, ids(theirs)]))
}

const ids = (instances: LocalInstance[]): string[] => instances.map(({ instanceId }) => instanceId).sort()
