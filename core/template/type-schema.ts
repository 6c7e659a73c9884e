import { canonicalJson } from '../base/canonical.ts'
import { at } from '../base/schema-problems.ts'

/** A resource type's schema in CloudFormation's registry, as far as it is used here. */
export interface TypeSchema {
  properties?: Record<string, SchemaNode>
  definitions?: Record<string, SchemaNode>
  required?: string[]
  additionalProperties?: boolean
  /** JSON pointers such as `/properties/TableName`; a star in one means each entry of a list. */
  readOnlyProperties?: string[]
  createOnlyProperties?: string[]
  conditionalCreateOnlyProperties?: string[]
}

/** A part of a schema: JSON Schema draft 7, of which CloudFormation uses these. */
export interface SchemaNode extends Pick<TypeSchema, 'properties' | 'required' | 'additionalProperties'> {
  $ref?: string
  type?: string | string[]
  items?: SchemaNode
  patternProperties?: Record<string, SchemaNode>
  anyOf?: SchemaNode[]
  oneOf?: SchemaNode[]
  allOf?: SchemaNode[]
}

/** Schemas of resource types, by name. */
export interface TypeSchemas {
  /** Undefined for a type that the registry does not have. @throws {ServiceFailure} if it cannot be read */
  read(type: string): Promise<TypeSchema | undefined>
}

type Properties = Record<string, unknown> | undefined

/**
 * The properties whose change replaces a resource, or may: those of which it has another value in the two
 * templates. Without a schema every difference counts.
 */
export function replacingChanges(
  schema: TypeSchema | undefined,
  before: Properties,
  after: Properties,
): string[] {
  const differs = (path: string[]) => text(at(before ?? {}, path)) !== text(at(after ?? {}, path))
  if (!schema) return Object.keys({ ...before, ...after }).filter((name) => differs([name]))
  const pointers = [...(schema.createOnlyProperties ?? []), ...(schema.conditionalCreateOnlyProperties ?? [])]
  return [
    ...new Set(
      pointers
        .map(propertyPath)
        .filter(differs)
        .map((path) => path.join('.')),
    ),
  ]
}

/** `KeySchema` of `/properties/KeySchema`; of a list's entries, the whole list. */
export function propertyPath(pointer: string): string[] {
  const steps = pointer
    .split('/')
    .slice(1)
    .filter((step) => step !== 'properties')
  const list = steps.indexOf('*')
  return list < 0 ? steps : steps.slice(0, list)
}

const text = (value: unknown): string => (value === undefined ? '' : canonicalJson(value))
