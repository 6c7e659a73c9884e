/** Generates the JSON Schema of app manifests from the schema that checks them: `node scripts/schemas.ts`. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publishedAppSchema } from '../core/manifest/published-schema.ts'

await writeFile(join(import.meta.dirname, '../schemas/app.schema.json'), publishedAppSchema())
