import * as z from 'zod'
import { references } from '../base/cloudformation.ts'
import { CLOUDFORMATION_TAGS } from '../base/cloudformation-yaml.ts'
import { type Problem, refuse, schemaProblems } from '../base/schema-problems.ts'
import { didYouMean } from '../base/suggest.ts'
import { readYaml } from '../base/yaml-document.ts'
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

/** The file of an app's own resources, as it was read. */
export interface WrittenResources {
  app: string
  text: string
  place: string
  generated: string[]
  /** The types of its resources. */
  types: string[]
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
  schemas: ReadonlyMap<string, TypeSchema> = new Map(),
): Record<string, unknown> {
  const document = readYaml(text, place, CLOUDFORMATION_TAGS)
  const parsed = schema.safeParse(document.value)
  if (!parsed.success) {
    const sections = Object.keys(schema.shape)
    refuse(
      schemaProblems(parsed.error, document.value, () => sections, document.written),
      place,
      document,
    )
    throw parsed.error
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
  refuse([...problems, ...wrong], place, document)
  const { AWSTemplateFormatVersion: _version, Description: _description, ...sections } = parsed.data
  return sections
}
