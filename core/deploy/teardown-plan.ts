import type { Resource, Template } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import { childName } from '../base/execution-name.ts'
import { didYouMean } from '../base/suggest.ts'
import { waves } from '../manifest/waves.ts'
import { companions } from '../template/companions.ts'
import { dataResources } from '../template/data-types.ts'
import type { Outline } from '../template/outline.ts'
import type { StackPart } from '../template/stacks.ts'
import type { TeardownInput } from './deploy-input.ts'
import type { ServiceRun } from './deploy-order.ts'
import { emptyTarget } from './deploy-plan.ts'
import type { KeptData } from './kept-data.ts'

/** What a removal is planned from. */
export interface TeardownFacts {
  /** The app as in its current release, or as it was pushed. */
  outline: Outline
  /** Services of the app that have a stack. */
  standing: string[]
  /** What of the app's own stack holds data. */
  data: StackPart[]
  /** What was kept of the app before. */
  kept: Pick<KeptData, 'name' | 'type' | 'id' | 'confirmedBy'>[]
  /** Apps of the stage that have a stack, with the apps that each one requires. */
  others: { app: string; requires: string[] }[]
}

export interface TeardownPlan {
  waves: ServiceRun[][]
  services: string[]
  data: 'keep' | 'keep-used' | 'delete'
  /** The resources that stay; empty unless data is kept. */
  kept: StackPart[]
  /** Logical ids of the data that goes, in the stack or kept before. */
  deletes: string[]
}

/**
 * The order in which an app is removed: services that need others go first.
 * @throws {InvalidInput} while another app needs this one, or if the input does not say what to do with its
 *   data
 */
export function planTeardown(
  { app, data, deleteData }: Pick<TeardownInput, 'app' | 'data' | 'deleteData'>,
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
  const deletes = namedData({ app, data, deleteData }, facts)
  const run = (service: string): ServiceRun => ({
    execution: childName(execution, service),
    target: emptyTarget(app, service),
  })
  const order = reverseWaves(facts.outline, facts.standing)
  return {
    waves: order.map((wave) => wave.map(run)),
    services: facts.standing,
    data: data ?? 'delete',
    kept: data === 'keep' ? facts.data : [],
    deletes,
  }
}

/**
 * What is to be deleted. Every table, bucket or queue of the app has to be named, or `all` for all of them;
 * what was kept before has to be named by itself, unless a removal of it was under way.
 */
function namedData(
  { app, data, deleteData }: Pick<TeardownInput, 'app' | 'data' | 'deleteData'>,
  facts: Pick<TeardownFacts, 'data' | 'kept'>,
): string[] {
  const place = 'input of teardown'
  const holding = facts.data.map(({ name }) => name)
  if (holding.length > 0 && data === undefined)
    throw new InvalidInput(
      place,
      `data is missing, and ${app} has ${holding.join(', ')}`,
      'say "keep" or "delete"',
    )
  if (data !== 'delete') {
    if (deleteData.length === 0) return []
    throw new InvalidInput(`${place}: deleteData`, 'goes only with data "delete"', 'leave one of them out')
  }
  if (deleteData.length === 1 && deleteData[0] === 'all')
    return [...holding, ...facts.kept.filter(({ confirmedBy }) => confirmedBy).map(({ name }) => name)]
  const known = [...holding, ...facts.kept.map(({ name }) => name)]
  const unknown = deleteData.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new InvalidInput(
      `${place}: deleteData`,
      `${app} has no data ${unknown}`,
      didYouMean(unknown, known),
    )
  const unnamed = holding.filter((name) => !deleteData.includes(name))
  if (unnamed.length === 0) return deleteData
  throw new InvalidInput(
    `${place}: deleteData`,
    `does not name ${unnamed.join(', ')}, which would go with ${app}`,
    `name what goes: ${JSON.stringify(holding)}, or ["all"]`,
  )
}

/** Nothing needs a service that is no longer in the manifest. */
function reverseWaves(outline: Outline, standing: string[]): string[][] {
  const unknown = standing.filter((service) => !(service in outline.services))
  const known = waves(outline)
    .map((wave) => wave.filter((service) => standing.includes(service)))
    .reverse()
  return [unknown, ...known].filter((wave) => wave.length > 0)
}

/**
 * A stack's template with what holds data retained, not deleted with it, and what stays with a Kafka cluster
 * too. A cluster that goes is deleted with the stack: what it uses can only go after it.
 * @param going logical ids of clusters
 */
export function withKeptData(template: Template, going: readonly string[] = []): Template {
  const clusters = dataResources(template).filter((name) => !going.includes(name))
  const kept = new Set([
    ...wouldBeDeleted(template).filter((name) => !going.includes(name)),
    ...clusters.flatMap((name) => companions(template, name)),
  ])
  const resources = Object.entries(template.Resources).map(([name, resource]) => [
    name,
    going.includes(name) ? go(resource) : kept.has(name) ? letGo(resource) : resource,
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

const go = (resource: Resource): Resource => ({
  ...resource,
  Metadata: { ...resource.Metadata, RemovedBy: 'nanofleet teardown' },
  DeletionPolicy: 'Delete',
})

/** A stack that was made is not being created, so that both of these keep what it has. */
const RETAINED = ['Retain', 'RetainExceptOnCreate']

/** What holds data in a template and would be deleted with its stack. */
export const wouldBeDeleted = (template: Template | undefined): string[] =>
  dataResources(template).filter(
    (name) => !RETAINED.includes(template?.Resources[name]?.DeletionPolicy ?? 'Delete'),
  )
