import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { settingsOf } from '../adapters/aws/app-settings.ts'
import { CloudFormationChangeSets } from '../adapters/aws/change-sets.ts'
import * as clients from '../adapters/aws/clients.ts'
import { brokersOf } from '../adapters/aws/kafka-clusters.ts'
import { TableBackups } from '../adapters/aws/table-backups.ts'
import { TypeRegistry } from '../adapters/aws/type-registry.ts'
import { readAwsAccess } from '../adapters/config.ts'
import { serviceImages } from '../adapters/images/ec2-images.ts'
import { readImageRecords } from '../adapters/images/image-records.ts'
import type { AppBundle } from '../core/base/bundle.ts'
import { deployOrder } from '../core/deploy/deploy-order.ts'
import { plannedRecords } from '../core/deploy/kept-data.ts'
import { refuseUnknown, refuseUnnamed } from '../core/deploy/losses.ts'
import { makePlan } from '../core/deploy/make-plan.ts'
import { planData } from '../core/deploy/plan-data.ts'
import { planFacts } from '../core/deploy/plan-facts.ts'
import { PlanSeal, refuseMoved } from '../core/deploy/plan-seal.ts'
import { missingSecrets, refuseMissing, settledApp } from '../core/deploy/plan-settings.ts'
import { refuseSharedReplacements } from '../core/deploy/shared-resources.ts'
import { expectedImages } from '../core/images/expected-images.ts'
import type { App } from '../core/template/parsed-app.ts'
import { clock } from './lib/clock.ts'
import { count, purpose, text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import {
  bundles,
  dataClients,
  holdings,
  kept,
  releases,
  runs,
  stacks,
  stage,
  templates,
} from './lib/parts.ts'

/**
 * Compares what is wanted with what exists; the plan goes into the bucket, its order of work to the workflow.
 * A deployment that would lose data which nobody named ends here.
 */
export const handler = lambda('plan-deploy', {
  input: z.strictObject({
    app: text,
    release: count,
    bundle: z.string().default(''),
    execution: text,
    purpose,
    replaceData: z.array(text),
    services: z.array(text).default([]),
    restore: z.record(text, text),
    seal: z.exactOptional(z.union([PlanSeal, z.strictObject({})])),
  }),
  parts: () => {
    const [here, ssm, ec2, cloudFormation] = [stage(), clients.ssm(), clients.ec2(), clients.cloudFormation()]
    return {
      stage: here,
      bundles: bundles(),
      runs: runs(),
      stacks: stacks(),
      releases: releases(),
      kept: kept(),
      brokers: brokersOf(readAwsAccess()),
      data: {
        changeSets: new CloudFormationChangeSets(cloudFormation, {
          templates: templates(),
          sleep: clock.sleep,
          name: () => `preview-${randomUUID()}`,
        }),
        schemas: new TypeRegistry(cloudFormation),
        holdings: holdings(),
        backups: new TableBackups(dataClients.documents()),
      },
      settings: settingsOf(ssm, here.name),
      records: ({ manifest: { app, services } }: AppBundle) =>
        readImageRecords(ssm, here.name, app, Object.keys(services)),
      built: ({ manifest: { app } }: AppBundle) => serviceImages(ec2, { stage: here.name, app }),
    }
  },
  work: async (
    { runs, records: images, built, settings, ...parts },
    { app, release, bundle, ...request },
  ) => {
    const { stage, bundles, kept } = parts
    const { execution, purpose, replaceData, restore, seal, services } = request
    const at = clock.now().toISOString()
    const notes: string[] = []
    const ports = {
      ...parts,
      app: (name: string, digest?: string) => bundles.read(name, digest),
      wanted: async (name: string, digest?: string, mix = (given: App) => given) => {
        const pushed = await bundles.read(name, digest)
        const settled = await settledApp(settings, pushed, { release, services })
        notes.push(...settled.notes)
        const wanted = mix(settled.app)
        // The steps after this one read it by its digest, and so does who goes back to the release.
        if (wanted !== pushed && purpose !== 'dry-run') await bundles.write(wanted.bundle)
        return wanted
      },
      images: async (bundle: AppBundle) =>
        purpose === 'dry-run'
          ? expectedImages(stage, bundle, await images(bundle), await built(bundle))
          : images(bundle),
    }
    const facts = await planFacts(ports, app, release, bundle || undefined, services)
    if (purpose !== 'undo') await refuseSharedReplacements(parts.data.schemas, facts)
    const data = await planData({ ...parts, ...parts.data }, facts, purpose, { restore, execution, at })
    const missing = await missingSecrets(settings, facts.app, { stage: stage.name, purpose, services })
    const made = makePlan(facts, data)
    const plan = { ...made, notes: [...made.notes, ...notes, ...missing.map(({ message }) => message)] }
    // Before it is refused, so that what would be lost can be read there.
    await runs.write(execution, purpose, plan)
    const given = PlanSeal.safeParse(seal).data
    if (given) refuseMoved(app, given, plan.seal, purpose === 'deploy', services)
    if (purpose === 'dry-run') refuseUnknown(app, plan.losses, replaceData)
    if (purpose === 'deploy') refuseMissing(missing)
    if (purpose === 'deploy') refuseUnnamed(app, plan.losses, replaceData)
    if (purpose === 'deploy') await kept.keep(app, plannedRecords(plan, facts.stacks.own, { at, execution }))
    return deployOrder(request, plan)
  },
  told: ({ key, release, previous, services, removed, losses, takenUp }) => ({
    key,
    release,
    previous,
    services,
    removed: removed.length,
    losses,
    takenUp,
  }),
})
