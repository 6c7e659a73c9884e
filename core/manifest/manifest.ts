import type { Manifest, ServiceSpec } from '../base/manifest-types.ts'
import { PLATFORM } from '../base/names.ts'
import { knownKeys } from '../base/schema-keys.ts'
import { refuse, schemaProblems } from '../base/schema-problems.ts'
import { readYaml } from '../base/yaml-document.ts'
import { manifestProblems } from './rules.ts'
import { manifestSchema, type RawManifest } from './schema.ts'

/**
 * Reads an app manifest and fills in its defaults.
 * @param place the file that the text comes from, such as `images/web/app.yml`
 * @throws {InvalidInput} with one sentence per problem: `images/web/app.yml:12: services.web.port: …; do …`
 */
export function parseManifest(text: string, place: string): Manifest {
  const document = readYaml(text, place)
  const parsed = manifestSchema.safeParse(document.value)
  if (!parsed.success) {
    refuse(schemaProblems(parsed.error, document.value, knownKeys(manifestSchema)), place, document)
    throw parsed.error
  }
  const manifest = complete(parsed.data)
  refuse(manifestProblems(manifest), place, document)
  return manifest
}

/** Defaults that depend on a name; absent keys stay absent, so that equal manifests have equal JSON. */
function complete({ app, requires, resources, source, upstream, services }: RawManifest): Manifest {
  return {
    app,
    requires: requires ?? (app === PLATFORM ? [] : [PLATFORM]),
    ...(resources !== undefined && { resources }),
    ...(source === 'upstream' && upstream && { upstream }),
    services: Object.fromEntries(
      Object.entries(services).map(([name, raw]) => [name, completeService(name, raw)]),
    ),
  }
}

function completeService(name: string, raw: RawManifest['services'][string]): ServiceSpec {
  const { source, port, expose, ...rest } = raw
  return {
    ...rest,
    ...(source !== undefined && { source: source.replace(/\/+$/, '') }),
    ...(port !== undefined && { port }),
    ...(expose && { expose: { ...expose, host: expose.host ?? name } }),
  }
}
