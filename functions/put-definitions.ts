import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { DefinitionParameters } from '../adapters/aws/definition-parameters.ts'
import { removeImageRecords } from '../adapters/images/image-records.ts'
import type { DeployPlan } from '../core/deploy/deploy-plan.ts'
import { planKey } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, runs, stage } from './lib/parts.ts'

/**
 * Writes the Consul definitions of a plan's services; an unchanged one is left alone. In the step `final`,
 * the services that the plan removes are gone, and their definitions and image records are removed too: their
 * images are needed by kept releases only.
 */
export const handler = lambda('put-definitions', {
  input: z.strictObject({ plan: planKey, step: z.literal('final').optional() }),
  parts: () => {
    const [{ name }, ssm] = [stage(), clients.ssm()]
    return {
      bundles: bundles(),
      runs: runs(),
      definitions: new DefinitionParameters(ssm, name),
      removeRecords: (app: string, services: string[]) => removeImageRecords(ssm, name, app, services),
    }
  },
  work: async ({ bundles, runs, definitions, removeRecords }, { plan: { execution, name }, step }) => {
    const { app, bundle: digest, removed } = (await runs.read(execution, name)) as DeployPlan
    const { bundle } = await bundles.read(app, digest)
    const texts = Object.entries(bundle.services).map(([service, { definition }]) => [service, definition])
    if (step === 'final') {
      await definitions.remove(app, removed)
      await removeRecords(app, removed)
    }
    return { written: await definitions.put(app, Object.fromEntries(texts)) }
  },
})
