import * as z from 'zod'
import type { BundleStore } from '../adapters/aws/bundle-store.ts'
import type { Stage } from '../core/base/stage.ts'
import { checkDeployable, checkInput, type DeployInput, WORKFLOWS } from '../core/deploy/deploy-input.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, stage } from './lib/parts.ts'

/**
 * First state of deploy, scale, restart and teardown: returns the input with its defaults, for an app that
 * somebody pushed.
 */
export const handler = lambda('check-input', {
  input: z.strictObject({ workflow: z.enum(WORKFLOWS), input: z.unknown() }),
  parts: (): { stage: Stage; bundles: Pick<BundleStore, 'outline' | 'read'> } => ({
    stage: stage(),
    bundles: bundles(),
  }),
  work: async ({ stage, bundles }, { workflow, input }) => {
    const wanted = checkInput({ workflow, input })
    if (workflow === 'teardown') {
      await bundles.outline(wanted.app)
      return wanted
    }
    const digest = workflow === 'deploy' ? (wanted as DeployInput).bundle : undefined
    const { bundle } = await bundles.read(wanted.app, digest)
    if (workflow === 'deploy') checkDeployable(wanted as DeployInput, bundle.manifest, stage)
    return wanted
  },
  told: ({ app }) => ({ app }),
})
