import { InvalidInput } from '../base/errors.ts'
import { knownKeys } from '../base/schema-keys.ts'
import { refuse, schemaProblems } from '../base/schema-problems.ts'
import { readYaml } from '../base/yaml-document.ts'
import { opsConfigSchema } from './ops-schema.ts'

/**
 * Reads the `config.json` of a service.
 * @param place the file, such as `images/web/web/config.json`
 * @throws {InvalidInput} with one sentence per problem, each with its line
 */
export function parseOpsConfig(json: string, place: string): Record<string, unknown> {
  refuseOtherThanJson(json, place)
  // JSON is YAML, and the YAML reader knows the lines.
  const document = readYaml(json, place)
  const parsed = opsConfigSchema.safeParse(document.value)
  if (parsed.success) return parsed.data
  refuse(
    schemaProblems(parsed.error, document.value, knownKeys(opsConfigSchema), document.written),
    place,
    document,
  )
  throw parsed.error
}

function refuseOtherThanJson(text: string, place: string): void {
  try {
    JSON.parse(text)
  } catch (cause) {
    throw new InvalidInput(place, `is not JSON (${(cause as Error).message})`, 'correct it', { cause })
  }
}
