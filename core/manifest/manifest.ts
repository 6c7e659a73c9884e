import type { Manifest } from '../base/manifest-types.ts'
import { knownKeys } from '../base/schema-keys.ts'
import { refuse, schemaProblems } from '../base/schema-problems.ts'
import { readYaml } from '../base/yaml-document.ts'
import { complete } from './complete.ts'
import { type ServiceDefaults, withDefaults } from './repository.ts'
import { manifestProblems } from './rules.ts'
import { manifestSchema } from './schema.ts'

/**
 * Reads an app manifest and fills in its defaults.
 * @param place the file that the text is from, such as `images/web/app.yml`
 * @param defaults what the repository sets for all services
 * @throws {InvalidInput} with one sentence per problem: `images/web/app.yml:12: services.web.port: …; do …`
 */
export function parseManifest(text: string, place: string, defaults: ServiceDefaults = {}): Manifest {
  const document = readYaml(text, place)
  const value = withDefaults(document.value, defaults)
  const parsed = manifestSchema.safeParse(value)
  if (!parsed.success) {
    refuse(schemaProblems(parsed.error, value, knownKeys(manifestSchema), document.written), place, document)
    throw parsed.error
  }
  const manifest = complete(parsed.data)
  refuse(manifestProblems(manifest), place, document)
  return manifest
}
