import { BatchGetProjectsCommand } from '@aws-sdk/client-codebuild'
import {
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeVpcsCommand,
  GetEbsDefaultKmsKeyIdCommand,
  GetEbsEncryptionByDefaultCommand,
  type _InstanceType as InstanceType,
  type Tag,
} from '@aws-sdk/client-ec2'
import { ValidateStateMachineDefinitionCommand } from '@aws-sdk/client-sfn'
import { type QuotasAccess, quotaNamed, quotaReader } from '../../adapters/aws/service-quotas.ts'
import { loadApps } from '../../adapters/sources/app-sources.ts'
import { controlName, TAG } from '../../core/base/names.ts'
import type { Context } from '../context.ts'
import { compiledTemplates, workflows } from './checkout.ts'
import { type Finding, tell } from './finding.ts'
import { fullestGroup } from './fullest-group.ts'
import { instanceTypes, mostBuilds, vcpuNeeds } from './needs.ts'
import * as judge from './quotas.ts'
import { encryption, offered, opsProgram, type Validated, workflow } from './verdicts.ts'

const { QUOTA } = judge

/**
 * What can be known of an account before anything is made in it, by calls that cost nothing and change
 * nothing: whether a deployment of this checkout's apps would fail, and what to do.
 * @param root the checkout
 */
export async function preflight(context: Context, root: string): Promise<Finding[]> {
  const { region, stage } = context
  const bundles = (await loadApps(root)).map(({ bundle }) => bundle)
  const apps = bundles.map(({ manifest }) => manifest)
  const access = quotasAccess(context)
  const quota = quotaReader(access)
  const value = ({ service, code }: { service: string; code: string }) => quota(service, code)
  return await Promise.all([
    tell('workflows', async () => workflow(await validated(context, root))),
    tell('instance types', async () => offered(...(await offerings(context, instanceTypes(apps))))),
    tell('vCPUs', async () => {
      const needs = vcpuNeeds(apps, await processors(context, instanceTypes(apps)))
      return judge.vcpus(await value(QUOTA.vcpus), needs, region)
    }),
    tell('addresses', async () => {
      const used = (await context.ec2().send(new DescribeAddressesCommand({}))).Addresses ?? []
      return judge.oneMore(await value(QUOTA.addresses), taken(used, stage), 'addresses', region)
    }),
    tell('networks', async () => {
      const used = (await context.ec2().send(new DescribeVpcsCommand({}))).Vpcs ?? []
      return judge.oneMore(await value(QUOTA.networks), taken(used, stage), 'networks', region)
    }),
    tell('rules', async () => {
      const most = fullestGroup(compiledTemplates(bundles, context))
      return judge.rules(await value(QUOTA.rules), most, region)
    }),
    tell('functions', async () => judge.functions(await value(QUOTA.functions), region)),
    tell('builds', async () => {
      const project = await buildProject(context)
      const kind = project?.environment?.type === 'ARM_CONTAINER' ? 'ARM' : 'Linux'
      const name = `Concurrently running builds for ${kind}/Medium environment`
      return judge.builds(await quotaNamed(access, 'codebuild', name), mostBuilds(apps), region)
    }),
    tell('ops', async () => {
      const project = await buildProject(context)
      const given = project?.environment?.environmentVariables
      return opsProgram(given && new Map(given.map(({ name = '', value = '' }) => [name, value])), stage)
    }),
    tell('encryption', async () => {
      const [{ EbsEncryptionByDefault = false }, { KmsKeyId = '' }] = await Promise.all([
        context.ec2().send(new GetEbsEncryptionByDefaultCommand({})),
        context.ec2().send(new GetEbsDefaultKmsKeyIdCommand({})),
      ])
      return encryption(EbsEncryptionByDefault, KmsKeyId, stage)
    }),
  ])
}

/** How many there are, and whether one of them is the stage's own. */
const taken = (all: readonly { Tags?: Tag[] | undefined }[], stage: string): judge.Taken => ({
  used: all.length,
  own: all.some(({ Tags }) => Tags?.some(({ Key, Value }) => Key === TAG.stage && Value === stage)),
})

function quotasAccess(context: Context): QuotasAccess {
  const { region } = context
  return {
    region,
    endpoint: context.endpoint ?? `https://servicequotas.${region}.amazonaws.com`,
    credentials: () => context.sts().config.credentials(),
  }
}

async function validated(context: Context, root: string): Promise<Validated[]> {
  const definitions = [...(await workflows(root, context))]
  return await Promise.all(
    definitions.map(async ([name, definition]) => {
      const asked = new ValidateStateMachineDefinitionCommand({ definition, type: 'STANDARD' })
      const { diagnostics = [] } = await context.stepFunctions().send(asked)
      const problems = diagnostics.map(({ severity = '', code = '', message = '', location = '' }) => ({
        severity,
        code,
        message,
        location,
      }))
      return { name, problems }
    }),
  )
}

async function offerings(
  context: Context,
  types: readonly string[],
): Promise<[zones: string[], offers: Map<string, string[]>]> {
  const here = await context.ec2().send(new DescribeAvailabilityZonesCommand({}))
  // Subnets are in the zones that Fn::GetAZs names first.
  const zones = (here.AvailabilityZones ?? [])
    .map(({ ZoneName = '' }) => ZoneName)
    .sort()
    .slice(0, 3)
  const answer = await context.ec2().send(
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: [...types] }],
    }),
  )
  const places = (type: string): string[] =>
    (answer.InstanceTypeOfferings ?? []).flatMap(({ InstanceType, Location }) =>
      InstanceType === type && Location ? [Location] : [],
    )
  return [zones, new Map(types.map((type) => [type, places(type)]))]
}

async function processors(context: Context, types: readonly string[]): Promise<Map<string, number>> {
  const InstanceTypes = types as InstanceType[]
  const answer = await context.ec2().send(new DescribeInstanceTypesCommand({ InstanceTypes }))
  return new Map(
    (answer.InstanceTypes ?? []).map((found) => [
      found.InstanceType ?? '',
      found.VCpuInfo?.DefaultVCpus ?? 0,
    ]),
  )
}

async function buildProject(context: Context) {
  const names = [controlName(context.stage, 'image')]
  return (await context.codeBuild().send(new BatchGetProjectsCommand({ names }))).projects?.[0]
}
