import { publishedSchema } from '../base/schema-keys.ts'
import { manifestSchema } from './schema.ts'

/** The text of `schemas/app.schema.json`, which editors use for `images/<app>/app.yml`. */
export function publishedAppSchema(): string {
  const { $schema, ...schema } = publishedSchema(manifestSchema)
  const head = {
    $schema,
    title: 'Nanofleet app manifest',
    description: 'images/<app>/app.yml; see docs/manifest.md',
  }
  return `${JSON.stringify({ ...head, ...schema }, undefined, 2)}\n`
}
