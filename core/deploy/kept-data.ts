import type { Resource, Template } from '../base/cloudformation.ts'
import type { WantedStack } from '../template/bring-stack.ts'
import { companions } from '../template/companions.ts'
import { holdsData, importKey } from '../template/data-types.ts'
import { cutOut, joined } from '../template/fragments.ts'
import type { StandingStack } from '../template/stack-change.ts'
import type { ImportedResource, StackPart } from '../template/stacks.ts'
import type { Loss } from './losses.ts'

/** A resource with data that is in no stack any more, or is about to leave its stack. */
export interface KeptData extends StackPart {
  /** Its part of the stack's template as it stood, with the values that it may use. */
  template: Template
  parameters: Record<string, string>
  /** ISO time. */
  at: string
  /** Name of the execution in which it was kept. */
  execution: string
  /** The Kafka cluster that it stays with: its configuration, groups and authority. Nobody names it. */
  with?: string
  /** The execution for which a person named it: that one deletes it at its end. */
  confirmedBy?: string
  /**
   * The ARN of the backup that it was restored from; no stack has had it yet. Only the run that restored it
   * takes it up: the app's own data comes first.
   */
  restored?: string
}

/** What was kept of the stage's apps; `app` is the app's name. */
export interface KeptBook {
  list(app: string): Promise<KeptData[]>
  keep(app: string, data: readonly KeptData[]): Promise<void>
  drop(app: string, data: readonly StackPart[]): Promise<void>
}

/** Who keeps it, and when. */
export type Occasion = Pick<KeptData, 'at' | 'execution' | 'confirmedBy'>

/** Records of some of a stack's resources, before they leave it. */
export const records = (
  parts: readonly StackPart[],
  { template, parameters }: Pick<StandingStack, 'template' | 'parameters'>,
  occasion: Occasion,
): KeptData[] =>
  parts.map(({ name, type, id }) => ({
    name,
    type,
    id,
    template: cutOut(template, [name]),
    parameters,
    ...occasion,
  }))

/** Records of what stays with Kafka clusters that are kept: without it nobody could use them. */
export function companionRecords(
  clusters: readonly StackPart[],
  parts: readonly StackPart[],
  standing: Pick<StandingStack, 'template' | 'parameters'>,
  occasion: Occasion,
): KeptData[] {
  return clusters.flatMap(({ name }) => {
    const names = companions(standing.template, name)
    const found = parts.filter((part) => names.includes(part.name))
    return records(found, standing, occasion).map((each) => ({ ...each, with: name }))
  })
}

/**
 * Records of what a person named, before it goes: of the stack as it is, or as it was kept before.
 * @param occasion with the execution that deletes it in the end
 */
export function namedRecords(
  named: readonly StackPart[],
  standing: Pick<StandingStack, 'template' | 'parameters'> | undefined,
  takenUp: readonly KeptData[],
  occasion: Occasion,
): KeptData[] {
  const before = takenUp.filter(({ id }) => named.some((each) => each.id === id))
  const inStack = named.filter(({ id }) => before.every((each) => each.id !== id))
  return [
    ...before.map((each) => ({ ...each, ...occasion })),
    ...(standing ? records(inStack, standing, occasion) : []),
  ]
}

/**
 * All that a run records before it touches anything: what a person named carries the run that deletes it in
 * the end; what is set aside for a restored table does not, and neither does the restored one.
 */
export function plannedRecords(
  { losses, takenUp }: { losses: readonly Loss[]; takenUp: readonly KeptData[] },
  standing: Pick<StandingStack, 'template' | 'parameters'> | undefined,
  occasion: Omit<Occasion, 'confirmedBy'>,
): KeptData[] {
  const aside = losses.filter(({ fate }) => fate === 'set aside')
  const named = losses.filter(({ fate }) => fate !== 'set aside')
  return [
    ...namedRecords(named, standing, takenUp, { ...occasion, confirmedBy: occasion.execution }),
    ...(standing ? records(aside, standing, occasion) : []),
    ...takenUp.filter(({ restored }) => restored !== undefined),
  ]
}

/** The parts of a stack that hold data. */
export const dataParts = (parts: readonly StackPart[]): StackPart[] =>
  parts.filter(({ type }) => holdsData(type))

/** Kept data that the wanted template has and the stack does not: of each name, what was kept last. */
export function toTakeUp(
  kept: readonly KeptData[],
  wanted: Pick<Template, 'Resources'>,
  standing: Pick<Template, 'Resources'> | undefined,
): KeptData[] {
  const newest = new Map<string, KeptData>()
  const own = kept.filter(({ restored }) => restored === undefined)
  for (const each of own.sort((a, b) => a.at.localeCompare(b.at))) newest.set(each.name, each)
  return [...newest.values()].filter(
    ({ name, type }) => wanted.Resources[name]?.Type === type && standing?.Resources[name] === undefined,
  )
}

/** Records of what is in the stack all the same: a run that wanted to let it go did not come to that. */
export function neverLeft(kept: readonly KeptData[], parts: readonly StackPart[]): KeptData[] {
  const ids = new Set(parts.map(({ id }) => id))
  return kept.filter(({ id }) => ids.has(id))
}

/**
 * A stack as it is, or a new one, with kept data as it stood and nothing else: an import changes nothing but
 * what it imports (User Guide, "Import AWS resources into a CloudFormation stack"). Each one must have a
 * DeletionPolicy. The mark goes with the update that follows, which then also takes the usual policies.
 */
export function withTakenUp(
  name: string,
  standing: Pick<StandingStack, 'template' | 'parameters'> | undefined,
  kept: readonly KeptData[],
): { wanted: WantedStack; resources: ImportedResource[] } {
  const none: Template = { AWSTemplateFormatVersion: '2010-09-09', Description: 'Kept data', Resources: {} }
  const template = kept.reduce(
    (all, each) => joined(marked(each), all, [each.name]),
    standing?.template ?? none,
  )
  const parameters = Object.assign({}, ...kept.map((each) => each.parameters), standing?.parameters)
  const declared = Object.keys(template.Parameters ?? {})
  return {
    wanted: {
      name,
      tags: {},
      template,
      parameters: Object.fromEntries(
        declared.flatMap((name) => (name in parameters ? [[name, String(parameters[name])]] : [])),
      ),
    },
    resources: kept.map(({ name, type, id }) => ({ name, type, key: importKey(type, id) })),
  }
}

function marked({ name, template, at }: KeptData): Template {
  // Whatever its condition says: it is imported because it is wanted.
  const mark = ({ Condition: _, ...resource }: Resource): Resource => ({
    ...resource,
    Metadata: { ...resource.Metadata, TakenUp: at },
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
  })
  const { [name]: resource } = template.Resources
  return { ...template, Resources: resource ? { [name]: mark(resource) } : {} }
}
