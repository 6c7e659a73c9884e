import { BundleStore } from '../adapters/bundle-store.ts'
import type { Context } from './context.ts'

/**
 * Names of an app's services, as it was last pushed.
 * @throws NotFound when nobody pushed such an app
 */
export async function servicesOf(context: Context, app: string): Promise<string[]> {
  const { bundle } = await new BundleStore(context.s3(), context.bucket).read(app)
  return Object.keys(bundle.manifest.services)
}
