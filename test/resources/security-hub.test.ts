import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import type { Resource, Template } from '../../core/base/cloudformation.ts'
import { CLOUDFORMATION_TAGS } from '../../core/base/cloudformation-yaml.ts'
import type { Stage } from '../../core/base/stage.ts'
import { readYaml } from '../../core/base/yaml-document.ts'
import { appTemplates } from '../../core/template/app-templates.ts'
import { templateParameters } from '../../core/template/parameters.ts'
import { parsedApp } from '../../core/template/parsed-app.ts'
import { SAMPLE_STAGES } from '../../scripts/sample-stages.ts'
import { ROOT, repositoryApps } from '../apps/apps.ts'
import { settled } from './settled.ts'

interface Row {
  control: string
  byDefault: string
  passesWith: string
  where: string[]
}

const rows: Row[] = readFileSync(join(ROOT, 'docs/security-hub.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| [A-Za-z0-9]+\.\d+ /.test(line))
  .map((line) => {
    const [, control = '', , byDefault = '', passesWith = '', where = ''] = line
      .split('|')
      .map((cell) => cell.trim())
    return {
      control,
      byDefault,
      passesWith,
      where: [...where.matchAll(/`([^` ]+\.\w+)`/g)].map(([, file = '']) => file),
    }
  })

const serverless = readFileSync(join(ROOT, 'serverless.yml'), 'utf8')
const defaults = Object(readYaml(serverless, 'serverless.yml').value).params.default as Record<
  string,
  unknown
>

/** The control plane's own resources with these parameters, as far as controls look at them. */
function control(parameters: Record<string, unknown>): Record<string, Resource> {
  const all = { ...defaults, ...parameters }
  const parts = ['storage.yml', 'logs.yml', 'codebuild.yml', 'workflows/logs.yml'].map((file) => {
    const text = readFileSync(join(ROOT, 'resources', file), 'utf8')
      .replaceAll(/\$\{param:(\w+)\}/g, (_match, name: string) => String(all[name]))
      .replaceAll(/\$\{(?:file|self)[^\n]*/g, 'elsewhere')
    return settled(Object(readYaml(text, file, CLOUDFORMATION_TAGS).value) as Template, {})
  })
  return Object.assign({}, ...parts)
}

/** Every resource of a stage's stacks with this stage's parameters, by stack and logical id. */
async function deployed(stage: Stage, parameters: Record<string, unknown>): Promise<Map<string, Resource>> {
  const found = new Map(Object.entries(control(parameters)))
  for (const bundle of await repositoryApps()) {
    const { app, own, services } = appTemplates(parsedApp(bundle), stage)
    for (const [name, template] of [['', own], ...Object.entries(services)] as [string, Template][]) {
      const known = Object.fromEntries(Object.keys(template.Parameters ?? {}).map((one) => [one, one]))
      const values = templateParameters(template, {
        stage,
        platform: known,
        app: known,
        imageId: 'ami',
        kafkaBrokers: 'b-1:9094',
        release: 1,
      })
      for (const [id, resource] of Object.entries(settled(template, values)))
        found.set(`${app}/${name}/${id}`, resource)
    }
  }
  return found
}

type Properties = Record<string, unknown>
const pairs = (list: unknown): Record<string, unknown> =>
  Object.fromEntries(
    ((list ?? []) as { Key: string; Value: unknown }[]).map(({ Key, Value }) => [Key, Value]),
  )

/** Whether the resources pass a control; the type that it looks at, and what it asks of each. */
const CONTROLS: Record<string, (of: (type: string) => [string, Properties][]) => boolean> = {
  'EC2.6': (of) =>
    of('EC2::FlowLog').some(([, { TrafficType }]) => ['REJECT', 'ALL'].includes(String(TrafficType))),
  'ELB.1': (of) =>
    of('ElasticLoadBalancingV2::Listener')
      .filter(([, { Protocol }]) => Protocol === 'HTTP')
      .every(([, { DefaultActions }]) => (DefaultActions as { Type: string }[])[0]?.Type === 'redirect'),
  'ELB.5': (of) =>
    balancers(of, 'application').every((attributes) => attributes['access_logs.s3.enabled'] === 'true'),
  'ELB.6': (of) => balancers(of).every((attributes) => attributes['deletion_protection.enabled'] === 'true'),
  'ELB.16': (of) => of('WAFv2::WebACLAssociation').length === balancers(of, 'application').length,
  'AutoScaling.1': (of) =>
    of('AutoScaling::AutoScalingGroup').every(
      ([, { TargetGroupARNs, HealthCheckType }]) =>
        TargetGroupARNs === undefined || HealthCheckType === 'ELB',
    ),
  'S3.9': (of) =>
    of('S3::Bucket').every(
      ([id, { LoggingConfiguration }]) => id === 'LogBucket' || LoggingConfiguration !== undefined,
    ),
  'S3.14': (of) =>
    of('S3::Bucket').every(
      ([id, { VersioningConfiguration }]) =>
        // Versioned by a setting of the framework: provider.deploymentBucket.
        Object(VersioningConfiguration).Status === 'Enabled' || id === 'ServerlessDeploymentBucket',
    ),
  'DynamoDB.2': (of) =>
    of('DynamoDB::Table').every(
      ([, properties]) =>
        Object(properties.PointInTimeRecoverySpecification).PointInTimeRecoveryEnabled === true,
    ),
  'CloudWatch.16': (of) =>
    of('Logs::LogGroup').every(([, { RetentionInDays }]) => Number(RetentionInDays) >= 365),
}

function balancers(of: (type: string) => [string, Properties][], type?: string) {
  return of('ElasticLoadBalancingV2::LoadBalancer')
    .filter(([, properties]) => type === undefined || properties.Type === type)
    .map(([, { LoadBalancerAttributes }]) => pairs(LoadBalancerAttributes))
}

async function verdicts(
  stage: Stage,
  parameters: Record<string, unknown> = {},
): Promise<Record<string, boolean>> {
  const resources = [...(await deployed(stage, parameters))]
  const of = (type: string) =>
    resources
      .filter(([, { Type }]) => Type === `AWS::${type}`)
      .map(([id, { Properties }]): [string, Properties] => [id, Properties ?? {}])
  return Object.fromEntries(Object.entries(CONTROLS).map(([name, passes]) => [name, passes(of)]))
}

// What no template says: the test of a stage looks at its default security group.
const byPlugin = ['EC2.2']
const told = rows.filter(({ control: name }) => !byPlugin.includes(name))
const [dev, local, prod] = SAMPLE_STAGES as [Stage, Stage, Stage]

describe('the table of Security Hub', () => {
  it('has a row for each control that is looked at here', () => {
    expect(rows.map(({ control: name }) => name).sort()).toEqual(
      [...Object.keys(CONTROLS), ...byPlugin].sort(),
    )
  })

  it.each([dev, local])('says which controls the stage $name passes by default', async (stage) => {
    const expected = told.map(({ control: name, byDefault }) => [name, byDefault === 'passes'])
    expect(await verdicts(stage)).toEqual(Object.fromEntries(expected))
  })

  it('says with which parameters the others pass, and that one is declined', async () => {
    const expected = told.map(({ control: name, passesWith }) => [name, !passesWith.startsWith('declined')])
    expect(await verdicts(prod, { logRetentionDays: 365 })).toEqual(Object.fromEntries(expected))
  })

  it('names parameters and files that exist', () => {
    for (const { passesWith, where } of rows) {
      for (const [, name = ''] of passesWith.matchAll(/`([a-z]\w+)(?:=\w+)?`/gi))
        if (!/^[A-Z]+$/.test(name)) expect(Object.keys(defaults)).toContain(name)
      for (const file of where) expect(readFileSync(join(ROOT, file), 'utf8')).not.toBe('')
    }
  })

  it('fails a control when what passes it is turned off', async () => {
    const off = await verdicts({ ...prod, accessLogs: false }, { flowLogs: '' })
    expect(off).toMatchObject({ 'EC2.6': false, 'ELB.5': false, 'S3.9': false })
  })
})
