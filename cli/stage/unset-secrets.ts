import { NotFound, ServiceFailure } from '../../core/base/errors.ts'
import { unsetProblems, unsetSecrets, wantedSecrets } from '../../core/deploy/app-secrets.ts'
import { only, refuseMissing } from '../../core/deploy/plan-settings.ts'
import type { Context } from '../context.ts'

/**
 * Refuses a deployment that would lack secrets before it builds images. The plan does so too: what cannot be
 * seen from here is left to it.
 * @param services only of these; of all when there are none
 * @throws {InvalidInput} one sentence for each secret
 */
export async function refuseUnset(context: Context, app: string, services: string[] = []): Promise<void> {
  const unset = await look(context, app, services).catch((error: unknown) => {
    if (error instanceof NotFound || error instanceof ServiceFailure) return []
    throw error
  })
  refuseMissing(unsetProblems(context.stage, app, unset))
}

async function look(context: Context, app: string, services: string[]) {
  const { bundle } = await context.bundles().read(app)
  const meant = only(bundle.manifest, services)
  if (wantedSecrets(meant).length === 0) return []
  const { secretsOf } = await import('./secret-list.ts')
  return unsetSecrets(meant, await secretsOf(context, app).list())
}
