import { references, type Template } from '../base/cloudformation.ts'
import { resolveStack } from '../proof/intrinsics.ts'

/**
 * A template with those of its resources that a stack would have: a condition that does not hold leaves one
 * out. What hangs on a value that only CloudFormation knows counts as there.
 */
export function present(
  template: Template,
  parameters: Record<string, string>,
  region: string,
): Pick<Template, 'Resources'> {
  const { Conditions, Parameters = {}, Resources } = template
  const pseudo = [...references(Conditions)].some(
    (name) => name.startsWith('AWS::') && name !== 'AWS::Region',
  )
  if (Conditions === undefined || pseudo) return { Resources }
  const defaults = Object.entries(Parameters).flatMap(([name, { Default }]) =>
    Default === undefined ? [] : [[name, String(Default)]],
  )
  const values = { ...Object.fromEntries(defaults), ...parameters }
  const { resources } = resolveStack('', template, values, region)
  const there = Object.entries(Resources).filter(([name]) => resources.has(`/${name}`))
  return { Resources: Object.fromEntries(there) }
}
