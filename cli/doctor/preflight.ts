import * as facts from '../../adapters/aws/account-facts.ts'
import { type QuotasAccess, quotaNamed, quotaReader } from '../../adapters/aws/service-quotas.ts'
import { missingTypes, zonesThatStand } from '../../adapters/aws/stage-zones.ts'
import { TypeRegistry } from '../../adapters/aws/type-registry.ts'
import { checkApps } from '../../adapters/sources/app-sources.ts'
import { controlName, TAG } from '../../core/base/names.ts'
import { endpointOf } from '../../core/base/partition.ts'
import { instanceTypes } from '../../core/manifest/processors.ts'
import type { LocalSettings } from '../../local/settings.ts'
import type { Context } from '../context.ts'
import { toolsLock } from '../tools-lock.ts'
import { compiledTemplates, reservedConcurrency, workflows } from './checkout.ts'
import { type Finding, tell } from './finding.ts'
import { fullestGroup } from './fullest-group.ts'
import { mostBuilds, vcpuNeeds } from './needs.ts'
import * as judge from './quotas.ts'
import { encryption, offered, regional, tools, type Validated, workflow } from './verdicts.ts'

const { QUOTA } = judge

/**
 * What can be known of an account before anything is made in it, by calls that cost nothing and change
 * nothing: whether a deployment of this repository's apps would fail, and what to do. An app that is wrong is
 * a finding of its own, and the others are looked at.
 */
export async function preflight(
  context: Context,
  { root, repository }: Pick<LocalSettings, 'root' | 'repository'>,
): Promise<Finding[]> {
  const { region, stage } = context
  const { loaded, faults } = await checkApps(root, undefined, { stage })
  const bundles = loaded.map(({ bundle }) => bundle)
  const apps = bundles.map(({ manifest }) => manifest)
  const access = quotasAccess(context)
  const quota = quotaReader(access)
  const value = ({ service, code }: { service: string; code: string }) => quota(service, code)
  const project = () => facts.buildProject(context.codeBuild(), controlName(stage, 'image'))
  const wrong = faults.map(({ message }): Finding => ({ subject: 'apps', state: 'bad', text: message }))
  const told = await Promise.all([
    tell('workflows', async () => workflow(await validated(context, repository))),
    tell('region', async () =>
      regional(region, await missingTypes(new TypeRegistry(context.cloudFormation()))),
    ),
    tell('instance types', async () => {
      const [zones, offers] = await facts.offerings(context.ec2(), instanceTypes(apps))
      return offered({ zones, offers }, await zonesThatStand(context, stage))
    }),
    tell('vCPUs', async () => {
      const needs = vcpuNeeds(apps, await facts.processors(context.ec2(), instanceTypes(apps)))
      return judge.vcpus(await value(QUOTA.vcpus), needs, region)
    }),
    tell('addresses', async () => {
      const used = taken(await facts.addresses(context.ec2()), stage)
      return judge.oneMore(await value(QUOTA.addresses), used, 'addresses', region)
    }),
    tell('networks', async () => {
      const used = taken(await facts.networks(context.ec2()), stage)
      return judge.oneMore(await value(QUOTA.networks), used, 'networks', region)
    }),
    tell('rules', async () => {
      const most = fullestGroup(compiledTemplates(bundles, context))
      return judge.rules(await value(QUOTA.rules), most, region)
    }),
    tell('functions', async () =>
      judge.functions(await value(QUOTA.functions), await reservedConcurrency(repository), region),
    ),
    tell('builds', async () => {
      const kind = (await project())?.machine === 'ARM_CONTAINER' ? 'ARM' : 'Linux'
      const name = `Concurrently running builds for ${kind}/Medium environment`
      return judge.builds(await quotaNamed(access, 'codebuild', name), mostBuilds(apps), region)
    }),
    tell('tools', async () => tools(toolsLock(root, repository), (await project())?.variables)),
    tell('encryption', async () => {
      const { byDefault, key } = await facts.diskEncryption(context.ec2())
      return encryption(byDefault, key, stage)
    }),
  ])
  return [...wrong, ...told]
}

/** How many there are, and whether one of them is the stage's own. */
const taken = (all: facts.Tagged, stage: string): judge.Taken => ({
  used: all.length,
  own: all.some((tags) => tags[TAG.stage] === stage),
})

function quotasAccess(context: Context): QuotasAccess {
  const { region } = context
  return {
    region,
    endpoint: context.endpoint ?? endpointOf('servicequotas', region),
    credentials: () => context.sts().config.credentials(),
  }
}

async function validated(context: Context, root: string): Promise<Validated[]> {
  const definitions = [...(await workflows(root, context))]
  return await Promise.all(
    definitions.map(async ([name, definition]) => ({
      name,
      problems: await facts.diagnose(context.stepFunctions(), definition),
    })),
  )
}
