import { unoffered } from '../../adapters/aws/account-facts.ts'
import { AppRuns } from '../../adapters/aws/app-runs.ts'
import { settingsOf } from '../../adapters/aws/app-settings.ts'
import { AutoScalingFleet } from '../../adapters/aws/autoscaling.ts'
import * as clients from '../../adapters/aws/clients.ts'
import { targetStates } from '../../adapters/aws/load-balancing.ts'
import { TypeRegistry } from '../../adapters/aws/type-registry.ts'
import { readImageRecords } from '../../adapters/images/image-records.ts'
import { builtImages, namedImages } from '../../adapters/images/named-images.ts'
import { checkResources } from '../../adapters/sources/resource-check.ts'
import { teardownFacts } from '../../core/deploy/teardown-facts.ts'
import { runningServers } from '../../core/registration/evidence.ts'
import type { ServePorts } from '../../core/spec/serve.ts'
import { bundles, catalog, instances, kept, locks, releases, stacks, stage } from './parts.ts'

/** All that it takes to deploy, show and remove apps over HTTP. */
export function appsParts(): ServePorts {
  const [here, book, table, store, fleet] = [stage(), releases(), locks(), bundles(), instances()]
  const [ec2, ssm, balancing] = [clients.ec2(), clients.ssm(), clients.loadBalancing()]
  const registry = new TypeRegistry(clients.cloudFormation())
  const removal = { stage: here.name, stacks: stacks(), releases: book, kept: kept(), bundles: store }
  return {
    stage: here,
    bundles: store,
    releases: book,
    locks: table,
    settings: settingsOf(ssm, here.name),
    runs: new AppRuns(clients.stepFunctions(), here),
    now: () => new Date(),
    named: (ids) => namedImages(ec2, ids),
    built: (app, service, hash) => builtImages(ec2, { stage: here.name, app, service, hash }),
    records: (app, services) => readImageRecords(ssm, here.name, app, services),
    offered: async (types) => ({ missing: await unoffered(ec2, types) }),
    schemas: (written) => checkResources(written, registry),
    facts: (app) => teardownFacts(removal, app),
    fleet: new AutoScalingFleet(clients.autoScaling(), ec2),
    health: {
      catalog: catalog(),
      servers: async () => runningServers((await fleet.look([])).servers),
      targets: (targetGroup) => targetStates(balancing, targetGroup),
    },
    apps: async () => {
      const held = (await table.held()).map(({ app }) => app)
      return [...new Set([...(await book.deployedApps()), ...held])].sort()
    },
  }
}
