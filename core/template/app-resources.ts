import * as z from 'zod'
import { references } from '../base/cloudformation.ts'
import { CLOUDFORMATION_TAGS } from '../base/cloudformation-yaml.ts'
import { type Problem, refuse, schemaProblems } from '../base/schema-problems.ts'
import { didYouMean } from '../base/suggest.ts'
import { readYaml, type YamlDocument } from '../base/yaml-document.ts'
import { resourceProblems } from './own-resources.ts'
import { isKnownParameter } from './parameters.ts'
import { resourceSections } from './resource-sections.ts'
import { propertyProblems } from './type-check.ts'
import type { TypeSchema } from './type-schema.ts'

const schema = resourceSections.extend({
  AWSTemplateFormatVersion: z.string().optional(),
  Description: z.string().optional(),
  Resources: resourceSections.shape.Resources.default({}),
})

/** Types by their names, as CloudFormation's registry has them. */
type Schemas = ReadonlyMap<string, TypeSchema>

/** An app's own resources as they were read. */
export interface WrittenResources {
  /** The types of its resources. */
  types: string[]
  /**
   * Checks the properties of what has a schema here.
   * @throws {InvalidInput} with one sentence per problem
   */
  check(schemas: Schemas): void
}

/**
 * Reads the CloudFormation file of an app's own resources, with its short forms such as `!Ref`, into JSON.
 * Checks its sections, that what it refers to exists, that it makes only what an app may make, and the
 * properties of what has a schema here.
 * @param app the app that the file is of
 * @param generated logical ids that the generated template adds, which the file may refer to
 * @param schemas of resource types, as CloudFormation's registry has them
 * @throws {InvalidInput} with one sentence per problem
 */
export function parseResources(
  app: string,
  text: string,
  place: string,
  generated: readonly string[],
  schemas: Schemas = new Map(),
): Record<string, unknown> {
  const document = readYaml(text, place, CLOUDFORMATION_TAGS)
  const { sections, problems } = checkedResources(app, document.value, generated, schemas, document.written)
  refuse(problems, place, document)
  return sections
}

/**
 * The sections of an app's own resources, and what is wrong with them.
 * @param written numbers as their author wrote them
 */
export function checkedResources(
  app: string,
  value: unknown,
  generated: readonly string[],
  schemas: Schemas,
  written: YamlDocument['written'],
): { sections: Record<string, unknown>; problems: Problem[] } {
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const names = Object.keys(schema.shape)
    return { sections: {}, problems: schemaProblems(parsed.error, value, () => names, written) }
  }
  const { Parameters, Resources, Outputs } = parsed.data
  const known = [...Object.keys(Resources), ...Object.keys(Parameters ?? {}), ...generated]
  const problems = [...Object.entries(Resources), ...Object.entries(Outputs ?? {})].flatMap(([name, part]) =>
    [...references(part)]
      .filter((target) => !known.includes(target) && !isKnownParameter(target) && !target.startsWith('AWS::'))
      .map((target): Problem => {
        const section = name in Resources ? 'Resources' : 'Outputs'
        return { path: [section, name], problem: `refers to "${target}"`, remedy: didYouMean(target, known) }
      }),
  )
  const wrong = [...resourceProblems(app, parsed.data, generated), ...propertyProblems(Resources, schemas)]
  const { AWSTemplateFormatVersion: _version, Description: _description, ...sections } = parsed.data
  return { sections, problems: [...problems, ...wrong] }
}
