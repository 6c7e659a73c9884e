import type { Resource } from '../base/cloudformation.ts'
import type { Problem } from '../base/schema-problems.ts'
import { didYouMean } from '../base/suggest.ts'
import type { Path } from '../base/yaml-document.ts'
import { propertyPath, type SchemaNode, type TypeSchema } from './type-schema.ts'

/**
 * What is wrong with resources by the schemas of their types: properties that do not exist, are missing, or
 * that only CloudFormation sets. What an intrinsic function gives is known only to CloudFormation.
 * @param schemas by type; resources of other types are not checked
 */
export function propertyProblems(
  resources: Record<string, Resource>,
  schemas: ReadonlyMap<string, TypeSchema>,
): Problem[] {
  return Object.entries(resources).flatMap(([name, { Type, Properties = {} }]) => {
    const schema = schemas.get(Type)
    if (!schema) return []
    const path = ['Resources', name, 'Properties']
    return [...setByAws(schema, Properties, path), ...check(schema, schema, Properties, path)]
  })
}

function setByAws(schema: TypeSchema, properties: Record<string, unknown>, path: Path): Problem[] {
  const readOnly = (schema.readOnlyProperties ?? []).map(propertyPath).filter(({ length }) => length === 1)
  return readOnly.flatMap(([name = '']) =>
    name in properties
      ? [{ path: [...path, name], problem: 'is set by AWS, not by a template', remedy: 'remove it' }]
      : [],
  )
}

function check(schema: TypeSchema, node: SchemaNode, value: unknown, path: Path): Problem[] {
  if (isFunction(value)) return []
  const forms = formsOf(schema, node)
  if (Array.isArray(value)) {
    const items = forms.find((form) => form.items)?.items
    return items ? value.flatMap((entry, index) => check(schema, items, entry, [...path, index])) : []
  }
  if (value === null || typeof value !== 'object') return []
  const known = Object.assign({}, ...forms.map(({ properties }) => properties)) as Record<string, SchemaNode>
  const given = value as Record<string, unknown>
  const inside = Object.entries(given).flatMap(([key, inner]) =>
    key in known ? check(schema, known[key] as SchemaNode, inner, [...path, key]) : [],
  )
  return [...missing(forms, given, path), ...unknown(forms, known, given, path), ...inside]
}

/** Only what every form of the node needs; a schema may have several, of which one has to fit. */
function missing(forms: SchemaNode[], given: Record<string, unknown>, path: Path): Problem[] {
  const required = forms[0]?.required ?? []
  return required
    .filter((key) => !(key in given))
    .map((key) => ({ path: [...path, key], problem: 'is missing', remedy: 'the resource type requires it' }))
}

function unknown(
  forms: SchemaNode[],
  known: Record<string, SchemaNode>,
  given: Record<string, unknown>,
  path: Path,
): Problem[] {
  const closed = forms.some(({ additionalProperties }) => additionalProperties === false)
  const patterns = forms.flatMap(({ patternProperties = {} }) => Object.keys(patternProperties))
  if (!closed || patterns.length > 0) return []
  return Object.keys(given)
    .filter((key) => !(key in known))
    .map((key) => ({
      path: [...path, key],
      problem: 'unknown property',
      remedy: didYouMean(key, Object.keys(known)),
    }))
}

/** The node itself, its references followed, and all the forms that it may have. */
function formsOf(schema: TypeSchema, node: SchemaNode): SchemaNode[] {
  const own = node.$ref === undefined ? node : { ...schema.definitions?.[node.$ref.split('/').at(-1) ?? ''] }
  const others = [...(own.anyOf ?? []), ...(own.oneOf ?? []), ...(own.allOf ?? [])]
  return [own, ...others.flatMap((other) => formsOf(schema, other))]
}

/** `{Ref: …}`, `{Fn::GetAtt: …}` and the like. */
function isFunction(value: unknown): boolean {
  const keys = value !== null && typeof value === 'object' ? Object.keys(value) : []
  return keys.length === 1 && /^(Ref|Fn::.+)$/.test(keys[0] ?? '')
}
