import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { DefinitionParameters } from '../adapters/aws/definition-parameters.ts'
import type { DeployPlan } from '../core/deploy/deploy-plan.ts'
import { planKey } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, runs, stage } from './lib/parts.ts'

/**
 * Writes the Consul definitions of a plan's services; an unchanged one is left alone. In the step `final`,
 * the services that the plan removes are gone, and their definitions are removed too.
 */
export const handler = lambda('put-definitions', {
  input: z.strictObject({ plan: planKey, step: z.literal('final').optional() }),
  parts: () => {
    const definitions = new DefinitionParameters(clients.ssm(), stage().name)
    return { bundles: bundles(), runs: runs(), definitions }
  },
  work: async ({ bundles, runs, definitions }, { plan: { execution, name }, step }) => {
    const { app, bundle: digest, removed } = (await runs.read(execution, name)) as DeployPlan
    const { bundle } = await bundles.read(app, digest)
    const texts = Object.entries(bundle.services).map(([service, { definition }]) => [service, definition])
    if (step === 'final') await definitions.remove(app, removed)
    return { written: await definitions.put(app, Object.fromEntries(texts)) }
  },
})
