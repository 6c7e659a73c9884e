import { type AppBundle, bundleDigest } from '../base/bundle.ts'
import { bundleWithVariables } from '../deploy/app-variables.ts'
import { missingSecrets, refuseMissing, type SettingsPorts } from '../deploy/plan-settings.ts'
import { type CheckPorts, checkSpec } from './check-spec.ts'
import type { Spec } from './read-spec.ts'
import { holderOf, type Order, type Run, type SubmitPorts, submit } from './submit.ts'

export interface DeployPorts extends CheckPorts, SubmitPorts {
  bundles: CheckPorts['bundles'] & {
    write(bundle: AppBundle): Promise<{ digest: string }>
    point(app: string, digest: string): Promise<void>
  }
  /** What is set by hand for the app. */
  settings: SettingsPorts
}

/** How a spec is to be deployed. */
export interface DeployWish extends Pick<Order, 'key' | 'name'> {
  /** Logical ids of what may lose its data. */
  replaceData?: string[]
}

/** What became of it; without a run if the release that runs is forgotten by Step Functions. */
export interface Deployed {
  digest: string
  run?: Run
  /** False for the run of an earlier request that was the same. */
  isNew: boolean
  warnings: string[]
}

/** Checks a spec and puts it into the bucket: nothing that is wrong gets there. */
export async function storeSpec(
  ports: DeployPorts,
  spec: Spec,
): Promise<{ bundle: AppBundle; digest: string; warnings: string[] }> {
  const { bundle, warnings } = await checkSpec(ports, spec)
  const { digest } = await ports.bundles.write(bundle)
  return { bundle, digest, warnings }
}

/**
 * Deploys a spec. What runs already, as the same spec with the variables that are set now, is left alone
 * unless the run has a key or a name.
 * @throws {InvalidInput} with one sentence per problem, {NameTaken} for the name of an app of a checkout,
 * {Busy} while another run works on the app, {KeyReused} if the key is that of another request
 */
export async function deploySpec(ports: DeployPorts, spec: Spec, wish: DeployWish): Promise<Deployed> {
  const { app } = spec.manifest
  const { bundle, digest, warnings } = await storeSpec(ports, spec)
  const { replaceData = [], key, name } = wish
  const current = await ports.releases.current(app)
  // A release records the app with its variables.
  const settled = bundleDigest(bundleWithVariables(bundle, await ports.settings.variables(app)))
  const isAnew = key !== undefined || name !== undefined
  if (current?.bundle === settled && !isAnew && (await isIdle(ports, app))) {
    const run = await ports.runs.find(current.execution)
    return { digest, warnings, isNew: false, ...(run && { run }) }
  }
  const order: Order = {
    workflow: 'deploy',
    app,
    input: { app, bundle: digest, ...(replaceData.length > 0 && { replaceData }) },
    ...(key !== undefined && { key }),
    ...(name !== undefined && { name }),
    ready: async () => {
      // First, so that the app is known to who sets what it misses.
      await ports.bundles.point(app, digest)
      const { name: stage } = ports.stage
      refuseMissing(
        await missingSecrets(ports.settings, { bundle }, { stage, purpose: 'deploy', services: [] }),
      )
    },
  }
  return { digest, warnings, ...(await submit(ports, order)) }
}

const isIdle = async (ports: DeployPorts, app: string): Promise<boolean> =>
  (await holderOf(ports, await ports.locks.read(app))) === undefined
