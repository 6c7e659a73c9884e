import { AppRuns } from '../adapters/aws/app-runs.ts'
import { settingsOf } from '../adapters/aws/app-settings.ts'
import { DynamoLockTable } from '../adapters/aws/lock-table.ts'
import { TypeRegistry } from '../adapters/aws/type-registry.ts'
import { readImageRecords } from '../adapters/images/image-records.ts'
import { builtImages, namedImages } from '../adapters/images/named-images.ts'
import { checkResources } from '../adapters/sources/resource-check.ts'
import type { DeployPorts } from '../core/spec/deploy-spec.ts'
import type { Context } from './context.ts'
import { builder, offered } from './push-first.ts'

/** What a spec is checked and deployed with: the same as the function apps-api has. */
export async function specPorts(context: Context): Promise<DeployPorts> {
  const { stage: name, region, account } = context
  const { architecture } = await builder(context)
  return {
    stage: { name, region, architecture },
    bundles: context.bundles(),
    releases: context.releases(),
    locks: new DynamoLockTable(context.documents(), context.table),
    settings: settingsOf(context.ssm(), name),
    runs: new AppRuns(context.stepFunctions(), { name, region, account }),
    now: () => new Date(),
    named: (ids) => namedImages(context.ec2(), ids),
    built: (app, service, hash) => builtImages(context.ec2(), { stage: name, app, service, hash }),
    records: (app, services) => readImageRecords(context.ssm(), name, app, services),
    offered: (types) => offered(context, types),
    schemas: (written) => checkResources(written, new TypeRegistry(context.cloudFormation())),
  }
}
