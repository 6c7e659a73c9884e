import * as z from 'zod'
import type { Path } from './yaml-document.ts'

interface JsonSchema {
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema | boolean
  anyOf?: JsonSchema[]
}

/** The JSON Schema of what a person may write (draft 2020-12): defaults unfilled. */
function publishedSchema(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>
}

/** The text of a schema's file below `schemas/`, which editors use. */
export function schemaFile(schema: z.ZodType, about: { title: string; description: string }): string {
  const { $schema, ...rest } = publishedSchema(schema)
  return `${JSON.stringify({ $schema, ...about, ...rest }, undefined, 2)}\n`
}

/** The keys that a schema knows below a path, for a hint at a misspelt one. */
export function knownKeys(schema: z.ZodType): (path: Path) => string[] {
  const root = publishedSchema(schema) as JsonSchema
  return (path) => {
    let places = [root]
    for (const step of path) places = places.flatMap((place) => below(place, String(step)))
    return places.flatMap(alternatives).flatMap(({ properties }) => Object.keys(properties ?? {}))
  }
}

function below(schema: JsonSchema, step: string): JsonSchema[] {
  return alternatives(schema).flatMap((place) => {
    const found = place.properties?.[step] ?? place.additionalProperties ?? place.items
    return typeof found === 'object' ? [found] : []
  })
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  return schema.anyOf ? schema.anyOf.flatMap(alternatives) : [schema]
}
