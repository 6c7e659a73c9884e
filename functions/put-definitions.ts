import middy from '@middy/core'
import { BundleStore } from '../adapters/aws/bundle-store.ts'
import * as clients from '../adapters/aws/clients.ts'
import { DefinitionParameters } from '../adapters/aws/definition-parameters.ts'
import { RunFiles } from '../adapters/aws/run-files.ts'
import { readStage } from '../adapters/config.ts'
import type { PlanKey } from '../core/deploy/deploy-order.ts'
import type { DeployPlan } from '../core/deploy/deploy-plan.ts'
import { once } from './once.ts'

const parts = once(() => {
  const stage = readStage()
  return {
    bundles: new BundleStore(clients.s3(), stage.bucket),
    runs: new RunFiles(clients.s3(), stage.bucket),
    definitions: new DefinitionParameters(clients.ssm(), stage.name),
  }
})

interface DefinitionRequest {
  plan: PlanKey
  /** `final`: the services that the plan removes are gone, their definitions may follow. */
  step?: 'final'
}

/** Writes the Consul definitions of a plan's services; one that stands already is left alone. */
export const handler = middy(async ({ plan: { execution, name }, step }: DefinitionRequest) => {
  const { bundles, runs, definitions } = parts()
  const { app, bundle: digest, removed } = (await runs.read(execution, name)) as DeployPlan
  const { bundle } = await bundles.read(app, digest)
  const texts = Object.entries(bundle.services).map(
    ([service, files]) => [service, files.definition] as const,
  )
  if (step === 'final') await definitions.remove(app, removed)
  return { written: await definitions.put(app, Object.fromEntries(texts)) }
})
