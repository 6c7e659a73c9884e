import { schemaFile } from '../base/schema-keys.ts'
import { manifestSchema } from './schema.ts'

/** The text of `schemas/app.schema.json`, which editors use for `images/<app>/app.yml`. */
export function publishedAppSchema(): string {
  return schemaFile(manifestSchema, {
    title: 'Nanofleet app manifest',
    description: 'images/<app>/app.yml; see docs/manifest.md',
  })
}
