import { getAtt, ref } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import type { Manifest, Permission, Reference, ServiceSpec } from '../base/manifest-types.ts'
import { didYouMean } from '../base/suggest.ts'
import { SCALARS } from './parameters.ts'

/**
 * A value of the app's stack that a service's stack needs: an output of the one, a parameter of the same name
 * of the other.
 */
export interface CarriedValue {
  name: string
  /** Logical id in the app's stack. */
  resource: string
  value: unknown
}

const named = (reference: Reference): CarriedValue | undefined => {
  if ('GetAtt' in reference) {
    const [resource = '', ...attribute] = reference.GetAtt.split('.')
    return {
      name: `GetAtt${reference.GetAtt.replaceAll('.', '')}`,
      resource,
      value: getAtt(resource, attribute.join('.')),
    }
  }
  if (isGlobal(reference.Ref)) return undefined
  return { name: `Ref${reference.Ref}`, resource: reference.Ref, value: ref(reference.Ref) }
}

/** Parameters and pseudo parameters mean the same in both stacks. */
const isGlobal = (name: string): boolean => SCALARS.includes(name) || name.startsWith('AWS::')

/** The expression of a manifest's reference in the service's stack. */
export function expression(reference: Reference): unknown {
  const carried = named(reference)
  return ref(carried ? carried.name : (reference as { Ref: string }).Ref)
}

const PLACEHOLDER = /\$\{([^!}][^}]*)\}/g

/** A text whose `${Thing}`, `${Thing.Attribute}` and `${AWS::Region}` are replaced as by `Fn::Sub`. */
export function substituted(text: string): unknown {
  if (!text.includes('${')) return text
  return {
    'Fn::Sub': text.replace(
      PLACEHOLDER,
      (_all, name: string) => `\${${named(referenceOf(name))?.name ?? name}}`,
    ),
  }
}

const referenceOf = (name: string): Reference => (name.includes('.') ? { GetAtt: name } : { Ref: name })

/** The values a service takes from its app's stack, each once. */
export function carriedBy(service: ServiceSpec): CarriedValue[] {
  const references: Reference[] = [
    ...Object.values(service.env).filter((value) => typeof value !== 'string'),
    ...service.permissions.flatMap(({ resource }: Permission) =>
      typeof resource === 'string' ? placeholders(resource) : [resource],
    ),
    ...Object.values(service.secrets).flatMap(placeholders),
  ]
  return distinct(references.map(named).filter((value) => value !== undefined))
}

const placeholders = (text: string): Reference[] =>
  [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => referenceOf(name))

/** A manifest's references to resources that the app does not have. */
export function unknownReferences(manifest: Manifest, logicalIds: readonly string[]): InvalidInput[] {
  const file = `images/${manifest.app}/app.yml`
  return Object.entries(manifest.services).flatMap(([service, spec]) =>
    carriedBy(spec)
      .filter(({ resource }) => !logicalIds.includes(resource))
      .map(({ resource }) => {
        const problem = `refers to "${resource}", which the resources of the app do not have`
        return new InvalidInput(`${file}: services.${service}`, problem, didYouMean(resource, logicalIds))
      }),
  )
}

/** The values that all services of an app take from its stack. */
export function carriedByAll(manifest: Manifest): CarriedValue[] {
  return distinct(Object.values(manifest.services).flatMap(carriedBy))
}

const distinct = (values: CarriedValue[]): CarriedValue[] => [
  ...new Map(values.map((value) => [value.name, value])).values(),
]
