import { BatchGetProjectsCommand, type CodeBuildClient } from '@aws-sdk/client-codebuild'
import {
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type Filter,
  GetEbsDefaultKmsKeyIdCommand,
  GetEbsEncryptionByDefaultCommand,
  type _InstanceType as InstanceType,
  paginateDescribeInstanceTypeOfferings,
  type Tag,
} from '@aws-sdk/client-ec2'
import { type SFNClient, ValidateStateMachineDefinitionCommand } from '@aws-sdk/client-sfn'
import { suggest } from '../../core/base/suggest.ts'

/*
 * What an account says before anything is made in it. Each call reads, and costs nothing.
 */

/** The tags of each of something, to count them and to know one's own. */
export type Tagged = Record<string, string>[]

/** The zones that the account sees, local ones aside, and those that offer each type. */
export async function offerings(
  ec2: EC2Client,
  types: readonly string[],
): Promise<[zones: string[], offers: Map<string, string[]>]> {
  const here = await ec2.send(new DescribeAvailabilityZonesCommand({}))
  const zones = (here.AvailabilityZones ?? [])
    .filter(({ ZoneType }) => ZoneType === undefined || ZoneType === 'availability-zone')
    .map(({ ZoneName = '' }) => ZoneName)
    .sort()
  const answer = await ec2.send(
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

/**
 * Those of some instance types that the region does not offer, each with the offered one that resembles it
 * most; empty if none does.
 */
export async function unoffered(ec2: EC2Client, types: readonly string[]): Promise<Map<string, string>> {
  const offered = await offeredTypes(ec2, [{ Name: 'instance-type', Values: [...types] }])
  const missing = types.filter((type) => !offered.includes(type))
  if (missing.length === 0) return new Map()
  const all = await offeredTypes(ec2)
  return new Map(missing.map((type) => [type, suggest(type, all) ?? '']))
}

async function offeredTypes(ec2: EC2Client, Filters?: Filter[]): Promise<string[]> {
  const found: string[] = []
  const pages = paginateDescribeInstanceTypeOfferings(
    { client: ec2 },
    { LocationType: 'region', ...(Filters ? { Filters } : {}) },
  )
  for await (const { InstanceTypeOfferings = [] } of pages)
    found.push(...InstanceTypeOfferings.map(({ InstanceType = '' }) => InstanceType as string))
  return found
}

/** vCPUs of instance types. */
export async function processors(ec2: EC2Client, types: readonly string[]): Promise<Map<string, number>> {
  const InstanceTypes = types as InstanceType[]
  const answer = await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes }))
  return new Map(
    (answer.InstanceTypes ?? []).map((found) => [
      found.InstanceType ?? '',
      found.VCpuInfo?.DefaultVCpus ?? 0,
    ]),
  )
}

/** The Elastic IP addresses of the account. */
export const addresses = async (ec2: EC2Client): Promise<Tagged> =>
  ((await ec2.send(new DescribeAddressesCommand({}))).Addresses ?? []).map(tagsOf)

/** The VPCs of the account. */
export const networks = async (ec2: EC2Client): Promise<Tagged> =>
  ((await ec2.send(new DescribeVpcsCommand({}))).Vpcs ?? []).map(tagsOf)

const tagsOf = ({ Tags = [] }: { Tags?: Tag[] | undefined }): Record<string, string> =>
  Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]))

/** Whether new disks are encrypted, and the key that is then used. */
export async function diskEncryption(ec2: EC2Client): Promise<{ byDefault: boolean; key: string }> {
  const [{ EbsEncryptionByDefault = false }, { KmsKeyId = '' }] = await Promise.all([
    ec2.send(new GetEbsEncryptionByDefaultCommand({})),
    ec2.send(new GetEbsDefaultKmsKeyIdCommand({})),
  ])
  return { byDefault: EbsEncryptionByDefault, key: KmsKeyId }
}

/** The kind of machine and the variables of a build project; undefined if there is none. */
export async function buildProject(
  codeBuild: CodeBuildClient,
  name: string,
): Promise<{ machine: string; variables: Map<string, string> } | undefined> {
  const { projects } = await codeBuild.send(new BatchGetProjectsCommand({ names: [name] }))
  const environment = projects?.[0]?.environment
  if (!environment) return undefined
  const given = (environment.environmentVariables ?? []).map(
    ({ name = '', value = '' }): [string, string] => [name, value],
  )
  return { machine: environment.type ?? '', variables: new Map(given) }
}

/** What ValidateStateMachineDefinition says of a definition. */
export interface Diagnostic {
  severity: string
  code: string
  message: string
  location: string
}

/** What Step Functions would say of a definition if it were made a state machine. */
export async function diagnose(stepFunctions: SFNClient, definition: string): Promise<Diagnostic[]> {
  const asked = new ValidateStateMachineDefinitionCommand({ definition, type: 'STANDARD' })
  const { diagnostics = [] } = await stepFunctions.send(asked)
  return diagnostics.map(({ severity = '', code = '', message = '', location = '' }) => ({
    severity,
    code,
    message,
    location,
  }))
}
