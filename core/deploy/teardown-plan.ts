import type { Resource, Template } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import { childName } from '../base/execution-name.ts'
import { waves } from '../manifest/waves.ts'
import type { Outline } from '../template/outline.ts'
import type { TeardownInput } from './deploy-input.ts'
import type { ServiceRun } from './deploy-order.ts'
import { emptyTarget } from './deploy-plan.ts'

/** What a removal is planned from. */
export interface TeardownFacts {
  /** The app as in its current release, or as it was pushed. */
  outline: Outline
  /** Services of the app that have a stack. */
  standing: string[]
  /** The current template of the app's own stack. */
  template: Template | undefined
  /** Apps of the stage that have a stack, with the apps that each one requires. */
  others: { app: string; requires: string[] }[]
}

export interface TeardownPlan {
  waves: ServiceRun[][]
  services: string[]
  data: 'keep' | 'delete'
  /** Logical ids of the resources that stay; empty unless data is kept. */
  kept: string[]
}

/** Types of resources whose data somebody may want back. */
const DATA = new Set([
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::MSK::Cluster',
  'AWS::RDS::DBInstance',
  'AWS::RDS::DBCluster',
  'AWS::EFS::FileSystem',
  'AWS::Kinesis::Stream',
  'AWS::Logs::LogGroup',
])

/** Logical ids of a template's resources that hold data. */
export const dataResources = (template: Template | undefined): string[] =>
  Object.entries(template?.Resources ?? {})
    .filter(([, { Type }]) => DATA.has(Type))
    .map(([name]) => name)

/**
 * The order in which an app is removed: services that need others go first.
 * @throws {InvalidInput} while another app needs this one, or if the input does not say what to do with its
 *   data
 */
export function planTeardown(
  { app, data }: TeardownInput,
  facts: TeardownFacts,
  execution: string,
): TeardownPlan {
  const users = facts.others.filter(({ requires }) => requires.includes(app)).map((other) => other.app)
  if (users.length > 0)
    throw new InvalidInput(
      'input of teardown',
      `${app} is needed by ${users.join(', ')}`,
      `remove ${users.length > 1 ? 'those' : 'that'} first`,
    )
  const holding = dataResources(facts.template)
  if (holding.length > 0 && data === undefined)
    throw new InvalidInput(
      'input of teardown',
      `data is missing, and ${app} has ${holding.join(', ')}`,
      'say "keep" or "delete"',
    )
  const run = (service: string): ServiceRun => ({
    execution: childName(execution, service),
    target: emptyTarget(app, service),
  })
  const order = reverseWaves(facts.outline, facts.standing)
  return {
    waves: order.map((wave) => wave.map(run)),
    services: facts.standing,
    data: data ?? 'delete',
    kept: data === 'keep' ? holding : [],
  }
}

/** Nothing needs a service that is no longer in the manifest. */
function reverseWaves(outline: Outline, standing: string[]): string[][] {
  const unknown = standing.filter((service) => !(service in outline.services))
  const known = waves(outline)
    .map((wave) => wave.filter((service) => standing.includes(service)))
    .reverse()
  return [unknown, ...known].filter((wave) => wave.length > 0)
}

/** The app's stack with its data protected: resources that hold data are retained, not deleted. */
export function withKeptData(template: Template): Template {
  const kept = new Set(dataResources(template))
  const resources = Object.entries(template.Resources).map(([name, resource]) => [
    name,
    kept.has(name) ? letGo(resource) : resource,
  ])
  return { ...template, Resources: Object.fromEntries(resources) }
}

/**
 * A changed policy alone is no update ("DeletionPolicy attribute"): CloudFormation takes it with a change of
 * the resource, and one of its metadata touches nothing.
 */
const letGo = (resource: Resource): Resource => ({
  ...resource,
  Metadata: { ...resource.Metadata, KeptBy: 'nanofleet teardown' },
  DeletionPolicy: 'Retain',
  UpdateReplacePolicy: 'Retain',
})

/** What holds data in a template and would be deleted with its stack. */
export const wouldBeDeleted = (template: Template | undefined): string[] =>
  dataResources(template).filter((name) => template?.Resources[name]?.DeletionPolicy !== 'Retain')
