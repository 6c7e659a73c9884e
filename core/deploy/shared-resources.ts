import type { Resource } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import { usedBy } from '../template/hanging-together.ts'
import { replacingChanges, type TypeSchemas } from '../template/type-schema.ts'
import type { PlanFacts } from './plan-facts.ts'

/**
 * A resource that is replaced has another name or address. Services that are deployed alone must not replace
 * one that others use, which would go on with the old one.
 * @throws {InvalidInput} with the first one
 */
export async function refuseSharedReplacements(
  schemas: TypeSchemas,
  { alone, app, running }: Pick<PlanFacts, 'alone' | 'app' | 'running'>,
): Promise<void> {
  if (!alone || !running) return
  const { manifest, resources } = running.bundle
  const others = Object.keys(manifest.services).filter((service) => !alone.services.includes(service))
  const used = others.flatMap((service) =>
    usedBy(resources, manifest, service).map((key) => [key.split('.')[1] as string, service] as const),
  )
  const [old, young]: Record<string, Resource>[] = [
    Object(resources.Resources),
    Object(app.bundle.resources.Resources),
  ]
  for (const [name, service] of used) {
    const [before, after] = [old?.[name], young?.[name]]
    if (!before || !after) continue
    const because =
      before.Type === after.Type
        ? replacingChanges(await schemas.read(after.Type), before.Properties, after.Properties)
        : ['Type']
    if (because.length === 0) continue
    throw new InvalidInput(
      'input of deploy: services',
      `${name} would be replaced (${because.join(', ')}), and ${service} uses it too`,
      `name ${service} too, or leave services out to deploy the whole app`,
    )
  }
}
