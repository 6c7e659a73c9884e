import type { Resource, Template } from '../../core/base/cloudformation.ts'

type Values = Record<string, unknown>

/**
 * A template's resources as CloudFormation would make them with these values: conditions decided, `Fn::If`
 * and references to parameters replaced, other functions left as they are.
 */
export function settled(template: Template, given: Values): Record<string, Resource> {
  const parameters: Values = {
    ...Object.fromEntries(
      Object.entries(template.Parameters ?? {}).map(([name, { Default }]) => [name, Default]),
    ),
    ...given,
  }
  const holds = (condition: unknown): boolean => {
    const [[key, inner] = ['', undefined]] = Object.entries(Object(condition))
    const parts = inner as unknown[]
    switch (key) {
      case 'Condition':
        return holds(template.Conditions?.[String(inner)])
      case 'Fn::Not':
        return !holds(parts[0])
      case 'Fn::And':
        return parts.every(holds)
      case 'Fn::Or':
        return parts.some(holds)
      case 'Fn::Equals':
        return JSON.stringify(value(parts[0])) === JSON.stringify(value(parts[1]))
      default:
        throw new RangeError(`no condition: ${JSON.stringify(condition)}`)
    }
  }
  const value = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(value).filter((item) => item !== undefined)
    if (node === null || typeof node !== 'object') return node
    const [[key, inner] = ['', undefined]] = Object.entries(node)
    if (key === 'Ref' && inner === 'AWS::NoValue') return undefined
    if (key === 'Ref' && String(inner) in parameters) return parameters[String(inner)]
    if (key === 'Fn::If') {
      const [name, yes, no] = inner as [string, unknown, unknown]
      return value(holds({ Condition: name }) ? yes : no)
    }
    const entries = Object.entries(node).map(([name, part]) => [name, value(part)] as const)
    return Object.fromEntries(entries.filter(([, part]) => part !== undefined))
  }
  return Object.fromEntries(
    Object.entries(template.Resources)
      .filter(([, { Condition }]) => Condition === undefined || holds({ Condition }))
      .map(([name, resource]) => [name, value(resource) as Resource]),
  )
}
