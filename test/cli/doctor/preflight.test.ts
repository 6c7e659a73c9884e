import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { Context } from '../../../cli/context.ts'
import type { Finding } from '../../../cli/doctor/finding.ts'
import { preflight } from '../../../cli/doctor/preflight.ts'
import { Output } from '../../../cli/output.ts'
import { ROOT } from '../../apps/apps.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

const items = (set: string, values: string[][]) =>
  `<${set}>${values.map((fields) => `<item>${fields.join('')}</item>`).join('')}</${set}>`
const zones = ['a', 'b', 'c'].map((zone) => [`<zoneName>eu-west-1${zone}</zoneName>`])
const types = ['t3.micro', 't3.small']

/** A new account, as far as the checks ask. */
const NEW: Record<string, Answer | Answer[]> = {
  ValidateStateMachineDefinition: { result: 'OK', diagnostics: [] },
  DescribeType: '<Schema>{}</Schema>',
  DescribeAvailabilityZones: items('availabilityZoneInfo', zones),
  DescribeInstanceTypeOfferings: items(
    'instanceTypeOfferingSet',
    types.flatMap((type) =>
      ['a', 'b', 'c'].map((zone) => [
        `<instanceType>${type}</instanceType><location>eu-west-1${zone}</location>`,
      ]),
    ),
  ),
  DescribeInstanceTypes: items(
    'instanceTypeSet',
    types.map((type) => [
      `<instanceType>${type}</instanceType><vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo>`,
    ]),
  ),
  GetServiceQuota: { Quota: { QuotaCode: 'L', QuotaName: 'n', Value: 5 } },
  ListServiceQuotas: [
    { Quotas: [], NextToken: 'more' },
    {
      Quotas: [
        { QuotaCode: 'L', QuotaName: 'Concurrently running builds for Linux/Medium environment', Value: 1 },
      ],
    },
  ],
  BatchGetProjects: { projects: [] },
  GetEbsEncryptionByDefault: '<ebsEncryptionByDefault>false</ebsEncryptionByDefault>',
  GetEbsDefaultKmsKeyId: '<kmsKeyId>alias/aws/ebs</kmsKeyId>',
}

let aws: CannedAws | undefined
let found: Finding[]
beforeEach(() => {
  found = []
})
afterEach(() => aws?.stop())

async function check(answers: Record<string, Answer | Answer[]>): Promise<Record<string, Finding['state']>> {
  aws = new CannedAws(answers)
  const clients = await aws.start()
  const context = new Context({ stage: 'dev', account: '123456789012', clients, output: new Output(true) })
  found = await preflight(context, { root: ROOT, repository: ROOT })
  return Object.fromEntries(found.map(({ subject, state }) => [subject, state]))
}

it('says what a new account lacks, with what to ask for', async () => {
  expect(await check(NEW)).toEqual({
    workflows: 'good',
    region: 'good',
    'instance types': 'good',
    vCPUs: 'bad',
    addresses: 'good',
    networks: 'good',
    rules: 'bad',
    functions: 'warning',
    builds: 'warning',
    tools: 'bad',
    encryption: 'good',
  })
  expect(found.filter(({ state, remedy }) => state !== 'good' && !remedy)).toEqual([])
})

it('says that the region lacks what a stage is made of', async () => {
  expect(await check({ ...NEW, DescribeType: { error: 'TypeNotFoundException' } })).toMatchObject({
    region: 'bad',
  })
  expect(found.find(({ subject }) => subject === 'region')).toMatchObject({
    text: 'eu-west-1 has no AWS::CodeBuild::Project, which a stage is made of',
    remedy: 'name another region',
  })
})

it('cannot tell what AWS does not answer, and goes on', async () => {
  const denied = { error: 'AccessDeniedException' }
  const states = await check({ ...NEW, GetServiceQuota: denied, ValidateStateMachineDefinition: denied })
  expect(states).toMatchObject({
    workflows: 'unknown',
    vCPUs: 'unknown',
    rules: 'unknown',
    builds: 'warning',
  })
  expect(found.find(({ subject }) => subject === 'vCPUs')?.text).toContain('AccessDeniedException')
})

it('hands every workflow to Step Functions, without a name that CloudFormation would replace', async () => {
  await check(NEW)
  const asked = aws?.calls.filter(({ action }) => action === 'ValidateStateMachineDefinition') ?? []
  expect(asked).toHaveLength(9)
  for (const { body } of asked) expect(JSON.parse(body).definition).not.toContain('${')
})
