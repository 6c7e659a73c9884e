import type { Template } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import type { StackPart } from './stacks.ts'

/** `Ref` of a table is its name; of its attributes only this one follows from that. */
const ARN = 'Arn'

const arnOf = (id: string): string =>
  `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${id}`

/**
 * A stack's template without some of its tables, in which all that refers to them has their names and ARNs
 * as values: nothing else changes with that (User Guide, "Resolve drift with an import operation").
 * @throws {InvalidInput} for a reference whose value does not follow from the name, such as `StreamArn`
 */
export function withSetAside(template: Template, tables: readonly StackPart[]): Template {
  const ids = new Map(tables.map(({ name, id }) => [name, id]))
  const resources = Object.entries(template.Resources).flatMap(([name, { DependsOn, ...resource }]) => {
    if (ids.has(name)) return []
    const others = [DependsOn ?? []].flat().filter((each) => !ids.has(each))
    const valued = valuesIn(resource, ids) as typeof resource
    return [[name, { ...valued, ...(others.length > 0 && { DependsOn: others }) }]]
  })
  const { Outputs } = template
  return {
    ...template,
    Resources: Object.fromEntries(resources),
    ...(Outputs && { Outputs: valuesIn(Outputs, ids) as NonNullable<Template['Outputs']> }),
  }
}

function valuesIn(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => valuesIn(each, ids))
  if (value === null || typeof value !== 'object') return value
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Sub': sub } = value as Record<string, unknown>
  if (typeof Ref === 'string' && ids.has(Ref)) return ids.get(Ref)
  if (attribute !== undefined) {
    const [name = '', ...path] = Array.isArray(attribute)
      ? attribute.map(String)
      : String(attribute).split('.')
    const id = ids.get(name)
    return id === undefined ? value : { 'Fn::Sub': attributeValue(name, path.join('.'), id) }
  }
  if (sub !== undefined) return { 'Fn::Sub': substituted(sub, ids) }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, valuesIn(inner, ids)]))
}

function substituted(sub: unknown, ids: ReadonlyMap<string, string>): unknown {
  const [text, own] = Array.isArray(sub) ? sub : [sub, undefined]
  const replaced = String(text).replace(/\$\{([^!}][^}]*)\}/g, (all, reference: string) => {
    const [name = '', ...path] = reference.split('.')
    const id = reference in Object(own) ? undefined : ids.get(name)
    if (id === undefined) return all
    return path.length === 0 ? id : attributeValue(name, path.join('.'), id)
  })
  return own === undefined ? replaced : [replaced, valuesIn(own, ids)]
}

function attributeValue(name: string, attribute: string, id: string): string {
  if (attribute === ARN) return arnOf(id)
  throw new InvalidInput(
    `table ${name}`,
    `something refers to its ${attribute}, which the table that takes its place has another of`,
    'deploy once without that reference, then restore',
  )
}
