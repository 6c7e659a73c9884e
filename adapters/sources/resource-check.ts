import { InvalidInput, ServiceFailure } from '../../core/base/errors.ts'
import type { WrittenResources } from '../../core/template/app-resources.ts'
import type { TypeSchema, TypeSchemas } from '../../core/template/type-schema.ts'

/**
 * Checks the resources of apps against the schemas of their types.
 * @returns one warning if schemas cannot be read, as without permission
 * @throws {InvalidInput} with one sentence per problem: file and line
 */
export async function checkResources(
  apps: readonly WrittenResources[],
  registry: TypeSchemas,
): Promise<string[]> {
  const types = new Set(apps.flatMap((app) => app.types))
  const schemas = new Map<string, TypeSchema>()
  const unread: string[] = []
  await Promise.all(
    [...types].map(async (type) => {
      try {
        const schema = await registry.read(type)
        if (schema) schemas.set(type, schema)
      } catch (error) {
        if (!(error instanceof ServiceFailure)) throw error
        unread.push(error.message)
      }
    }),
  )
  const problems = apps.flatMap((app) => {
    try {
      app.check(schemas)
      return []
    } catch (error) {
      if (error instanceof InvalidInput) return [error]
      throw error
    }
  })
  if (problems.length > 0) throw InvalidInput.all(problems)
  const [first] = unread
  return first ? [`the properties of resources are not checked: ${first}`] : []
}
