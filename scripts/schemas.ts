/** Generates the JSON Schemas of what people write from those that check it: `node scripts/schemas.ts`. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publishedAppSchema } from '../core/manifest/published-schema.ts'
import { publishedRepositorySchema } from '../core/manifest/repository.ts'
import { publishedSpecSchema } from '../core/spec/spec-schema.ts'

const folder = join(import.meta.dirname, '../schemas')
await writeFile(join(folder, 'app.schema.json'), publishedAppSchema())
await writeFile(join(folder, 'nanofleet.schema.json'), publishedRepositorySchema())
await writeFile(join(folder, 'spec.schema.json'), publishedSpecSchema())
