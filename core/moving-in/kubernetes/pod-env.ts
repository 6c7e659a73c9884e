import { SET_SECRET, type Sentences } from '../said.ts'
import { type Fields, fields, listOfFields, text, within } from '../values.ts'

/** Where a pod's variables come from. */
export interface EnvSources {
  /** ConfigMap -> its texts. */
  configs: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Secret -> the names of its keys. */
  secrets: ReadonlyMap<string, readonly string[]>
}

const INSTANCE = "ask EC2's metadata service for the instance's id or address"

/** The environment of a container: `envFrom`, then `env`, which wins. */
export function podEnv(
  container: Fields,
  sources: EnvSources,
  place: string,
  said: Sentences,
): Map<string, string> {
  const env = new Map<string, string>()
  for (const from of listOfFields(container.envFrom)) {
    const prefix = text(from.prefix) ?? ''
    const config = text(within(from, 'configMapRef', 'name'))
    const secret = text(within(from, 'secretRef', 'name'))
    const values = config === undefined ? undefined : sources.configs.get(config)
    if (config !== undefined && values) for (const [key, value] of values) env.set(`${prefix}${key}`, value)
    else if (config !== undefined && within(from, 'configMapRef', 'optional') !== true)
      said.todo(
        `${place}.envFrom`,
        `there is no ConfigMap ${config} here`,
        'give its values in env in app.yml',
      )
    if (secret !== undefined) {
      const keys = sources.secrets.get(secret) ?? []
      said.left(
        `${place}.envFrom`,
        `the Secret ${secret}${keys.length > 0 ? ` (${keys.join(', ')})` : ''} is not for user data, which anyone who may describe instances can read`,
        SET_SECRET,
      )
    }
  }
  for (const each of listOfFields(container.env)) {
    const name = text(each.name)
    if (name === undefined) continue
    const value = sourced(each, sources, `${place}.env.${name}`, said)
    if (value !== undefined) env.set(name, expanded(value, env))
  }
  return env
}

function sourced(each: Fields, sources: EnvSources, place: string, said: Sentences): string | undefined {
  const from = fields(each.valueFrom)
  if (each.valueFrom === undefined) return text(each.value) ?? ''
  const { configMapKeyRef: config, secretKeyRef: secret } = from
  if (config !== undefined) {
    const [map, key] = [text(within(config, 'name')) ?? '', text(within(config, 'key')) ?? '']
    const value = sources.configs.get(map)?.get(key)
    if (value === undefined && within(config, 'optional') !== true)
      said.todo(place, `there is no ${key} in a ConfigMap ${map} here`, 'give it in env in app.yml')
    return value
  }
  if (secret !== undefined) {
    const [map, key] = [text(within(secret, 'name')) ?? '', text(within(secret, 'key')) ?? '']
    said.left(
      place,
      `${key} of the Secret ${map} is not for user data, which anyone who may describe instances can read`,
      SET_SECRET,
    )
    return undefined
  }
  const field =
    text(within(from, 'fieldRef', 'fieldPath')) ?? text(within(from, 'resourceFieldRef', 'resource'))
  said.left(place, `is a fact about the pod (${field ?? 'unknown'})`, INSTANCE)
  return undefined
}

/** `$(NAME)` of earlier variables; `$$(NAME)` stays. */
export const expanded = (value: string, env: ReadonlyMap<string, string>): string =>
  value.replace(/\$(\$\([^)]*\))|\$\(([A-Za-z_][\w.-]*)\)/g, (whole, kept, name) =>
    kept !== undefined ? kept : (env.get(name) ?? whole),
  )
