import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { publishedAppSchema } from '../../../core/manifest/published-schema.ts'
import { publishedRepositorySchema } from '../../../core/manifest/repository.ts'

it.each([
  ['app', publishedAppSchema],
  ['nanofleet', publishedRepositorySchema],
])('publishes %s.schema.json as it checks; node scripts/schemas.ts writes it', async (name, schema) => {
  const file = join(import.meta.dirname, `../../../schemas/${name}.schema.json`)
  expect(await readFile(file, 'utf8')).toBe(schema())
})
