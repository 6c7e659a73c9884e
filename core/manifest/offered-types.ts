import { InvalidInput } from '../base/errors.ts'
import type { Manifest } from '../base/manifest-types.ts'

/** By instance type: the type that was probably meant; empty if none resembles it. Or why nobody knows. */
export type Unoffered = { missing: Map<string, string> } | { unknown: string }

/** Those of these instance types that the stage's region does not offer, with what may be meant. */
export type AskOffered = (types: readonly string[]) => Promise<Unoffered>

/**
 * @returns warnings
 * @throws {InvalidInput} for each service whose instance type does not exist where the stage is
 */
export async function refuseUnoffered(manifests: readonly Manifest[], ask: AskOffered): Promise<string[]> {
  const services = manifests.flatMap(({ app, services }) =>
    Object.entries(services).map(([name, { instanceType }]) => ({
      place: `images/${app}/app.yml: services.${name}.instanceType`,
      instanceType,
    })),
  )
  const answer = await ask([...new Set(services.map(({ instanceType }) => instanceType))].sort())
  if ('unknown' in answer) return [`nobody knows whether the instance types exist: ${answer.unknown}`]
  const wrong = services.flatMap(({ place, instanceType }) => {
    const near = answer.missing.get(instanceType)
    if (near === undefined) return []
    const remedy = near === '' ? 'choose another type or region' : `did you mean "${near}"?`
    return [new InvalidInput(place, `EC2 does not offer ${instanceType} in this region`, remedy)]
  })
  if (wrong.length > 0) throw InvalidInput.all(wrong)
  return []
}
