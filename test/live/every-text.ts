import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { ListStacksCommand } from '@aws-sdk/client-cloudformation'
import { paginateDescribeLogGroups, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeLaunchTemplatesCommand, DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2'
import { GetObjectCommand, ListBucketsCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3'
import { paginateListExecutions, paginateListStateMachines } from '@aws-sdk/client-sfn'
import { paginateGetParametersByPath } from '@aws-sdk/client-ssm'
import { paginateScan } from '@aws-sdk/lib-dynamodb'
import type { Context } from '../../cli/context.ts'
import { liveSettings } from './settings.ts'

type Found = [place: string, text: string]

/** All that a stage keeps and says but encrypted parameters, by its place: for what must be nowhere. */
export async function everyText(context: Context): Promise<Map<string, string>> {
  const all = [objects, runs, logs, rows, stacks, templates, parameters, files]
  return new Map((await Promise.all(all.map((one) => one(context)))).flat())
}

async function objects(context: Context): Promise<Found[]> {
  const client = context.s3()
  const { Buckets = [] } = await client.send(new ListBucketsCommand({}))
  const found: Found[] = []
  for (const { Name: Bucket = '' } of Buckets)
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket }))
      for (const { Key = '' } of Contents) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
        const plain = Key.endsWith('.tgz') ? gunzipSync(bytes) : bytes
        found.push([`s3://${Bucket}/${Key}`, plain.toString('latin1')])
      }
  return found
}

async function runs(context: Context): Promise<Found[]> {
  const client = context.stepFunctions()
  const found: Found[] = []
  for await (const { stateMachines = [] } of paginateListStateMachines({ client }, {}))
    for (const { stateMachineArn } of stateMachines)
      for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn }))
        for (const { executionArn = '' } of executions) {
          const run = await context.workflows().describe(executionArn)
          const history = await context.workflows().history(executionArn)
          found.push([executionArn, JSON.stringify([run, history])])
        }
  return found
}

async function logs(context: Context): Promise<Found[]> {
  const client = context.logs()
  const found: Found[] = []
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, {}))
    for (const { logGroupName = '' } of logGroups)
      for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName }))
        found.push([`${logGroupName} ${found.length}`, events.map(({ message }) => message).join('\n')])
  return found
}

async function rows(context: Context): Promise<Found[]> {
  const found: Found[] = []
  const scan = { TableName: context.table }
  for await (const { Items } of paginateScan({ client: context.documents() }, scan))
    found.push([`${context.table} ${found.length}`, JSON.stringify(Items)])
  return found
}

async function stacks(context: Context): Promise<Found[]> {
  const { CloudFormationStacks } = await import('../../adapters/aws/cloudformation.ts')
  const client = context.cloudFormation()
  const { StackSummaries = [] } = await client.send(new ListStacksCommand({}))
  const names = [...new Set(StackSummaries.map(({ StackName = '' }) => StackName))]
  const reader = new CloudFormationStacks(client)
  return await Promise.all(
    names.map(async (name): Promise<Found> => {
      const view = await reader.find(name)
      return [`stack ${name}`, JSON.stringify([view, view && (await reader.template(name))])]
    }),
  )
}

async function templates(context: Context): Promise<Found[]> {
  const { LaunchTemplates = [] } = await context.ec2().send(new DescribeLaunchTemplatesCommand({}))
  const all = LaunchTemplates.map(async ({ LaunchTemplateId, LaunchTemplateName }): Promise<Found> => {
    const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ['$Latest'] })
    const { LaunchTemplateVersions = [] } = await context.ec2().send(command)
    const data = LaunchTemplateVersions.map(({ LaunchTemplateData }) =>
      Buffer.from(LaunchTemplateData?.UserData ?? '', 'base64').toString(),
    )
    return [`template ${LaunchTemplateName}`, data.join('\n')]
  })
  return await Promise.all(all)
}

async function parameters(context: Context): Promise<Found[]> {
  const found: Found[] = []
  const request = { Path: '/', Recursive: true }
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client: context.ssm() }, request))
    for (const { Name = '', Type, Value = '' } of Parameters)
      if (Type !== 'SecureString') found.push([Name, Value])
  return found
}

/** What the region itself says on this machine. */
async function files(): Promise<Found[]> {
  const names = ['region.log', 'gateway.log', 'serverless.log', 'refusals.json']
  return await Promise.all(
    names.map(
      async (name): Promise<Found> => [
        name,
        await readFile(join(liveSettings().state, name), 'utf8').catch(() => ''),
      ],
    ),
  )
}
