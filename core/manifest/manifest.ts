import type { Manifest } from '../base/manifest-types.ts'
import { knownKeys } from '../base/schema-keys.ts'
import { refuse, schemaProblems } from '../base/schema-problems.ts'
import { readYaml } from '../base/yaml-document.ts'
import { complete } from './complete.ts'
import { manifestProblems } from './rules.ts'
import { manifestSchema } from './schema.ts'

/**
 * Reads an app manifest and fills in its defaults.
 * @param place the file that the text is from, such as `images/web/app.yml`
 * @throws {InvalidInput} with one sentence per problem: `images/web/app.yml:12: services.web.port: …; do …`
 */
export function parseManifest(text: string, place: string): Manifest {
  const document = readYaml(text, place)
  const parsed = manifestSchema.safeParse(document.value)
  if (!parsed.success) {
    refuse(
      schemaProblems(parsed.error, document.value, knownKeys(manifestSchema), document.written),
      place,
      document,
    )
    throw parsed.error
  }
  const manifest = complete(parsed.data)
  refuse(manifestProblems(manifest), place, document)
  return manifest
}
