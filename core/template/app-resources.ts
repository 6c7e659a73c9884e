import * as z from 'zod'
import { references } from '../base/cloudformation.ts'
import { CLOUDFORMATION_TAGS } from '../base/cloudformation-yaml.ts'
import { type Problem, refuse, schemaProblems } from '../base/schema-problems.ts'
import { didYouMean } from '../base/suggest.ts'
import { readYaml } from '../base/yaml-document.ts'
import { resourceProblems } from './own-resources.ts'
import { isKnownParameter } from './parameters.ts'
import { resourceSections } from './resource-sections.ts'

const schema = resourceSections.extend({
  AWSTemplateFormatVersion: z.string().optional(),
  Description: z.string().optional(),
  Resources: resourceSections.shape.Resources.default({}),
})

/**
 * Reads the CloudFormation file of an app's own resources, with its short forms such as `!Ref`, into JSON.
 * Checks its sections, that what it refers to exists, and that it makes only what an app may make; the other
 * properties are CloudFormation's business.
 * @param app the app that the file is of
 * @param generated logical ids that the generated template adds, which the file may refer to
 * @throws {InvalidInput} with one sentence per problem
 */
export function parseResources(
  app: string,
  text: string,
  place: string,
  generated: readonly string[],
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
  refuse([...problems, ...resourceProblems(app, parsed.data, generated)], place, document)
  const { AWSTemplateFormatVersion: _version, Description: _description, ...sections } = parsed.data
  return sections
}
