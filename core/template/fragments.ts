import { type Resource, references, type Template } from '../base/cloudformation.ts'
import type { WantedStack } from './bring-stack.ts'
import type { StandingStack } from './stack-change.ts'

/**
 * Some resources of a template as they are in it, with the sections of values that they may use; of its
 * outputs, none.
 */
export function cutOut(template: Template, names: readonly string[]): Template {
  const { Outputs: _outputs, Resources, ...rest } = template
  return { ...rest, Resources: pick(Resources, names) }
}

/**
 * A stack as wanted, except that some resources stay as they are in the stack, and with them what they refer
 * to and the wanted template no longer has.
 * @param stays logical ids of the standing template
 */
export function withStaying(
  wanted: WantedStack,
  standing: Pick<StandingStack, 'template' | 'parameters'> | undefined,
  stays: readonly string[],
): WantedStack {
  if (!standing || stays.length === 0) return wanted
  const { template } = wanted
  const staying = withReferences(standing.template, stays, (name) => name in template.Resources)
  return {
    ...wanted,
    template: joined(cutOut(standing.template, staying), template, staying),
    parameters: { ...standing.parameters, ...wanted.parameters },
  }
}

/** Both templates as one; what the second has of the same name counts, but not of these resources. */
export function joined(first: Template, second: Template, ofFirst: readonly string[] = []): Template {
  const sections = (['Parameters', 'Mappings', 'Conditions'] as const).flatMap((section) => {
    const both = { ...first[section], ...second[section] }
    return Object.keys(both).length > 0 ? [[section, both] as const] : []
  })
  return {
    ...second,
    ...Object.fromEntries(sections),
    Resources: { ...first.Resources, ...second.Resources, ...pick(first.Resources, ofFirst) },
  }
}

function withReferences(
  { Resources }: Template,
  names: readonly string[],
  isThere: (name: string) => boolean,
): string[] {
  const found = new Set(names)
  // A set hands out what is added while it is walked.
  for (const name of found)
    for (const used of needs(Resources[name])) if (used in Resources && !isThere(used)) found.add(used)
  return [...found].filter((name) => name in Resources)
}

const needs = (resource: Resource | undefined): string[] => [
  ...references(resource),
  ...[resource?.DependsOn ?? []].flat(),
]

const pick = <T>(all: Record<string, T>, names: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
