import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { publishedAppSchema } from '../../../core/manifest/published-schema.ts'

describe('the published schema of app manifests', () => {
  it('is the one that checks them; node scripts/schemas.ts writes it', async () => {
    const file = join(import.meta.dirname, '../../../schemas/app.schema.json')
    expect(await readFile(file, 'utf8')).toBe(publishedAppSchema())
  })
})
