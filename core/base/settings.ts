/**
 * What `nanofleet secrets` and `nanofleet env` keep in Parameter Store for the apps of a stage: one parameter
 * each, of an app or of one of its services. A service's own counts more than the app's of the same name.
 */
export type SettingKind = 'secrets' | 'env'

/** Which setting of an app. */
export interface SettingName {
  /** Absent for all services of the app. */
  service?: string
  name: string
}

/** Whether two names are of the same setting. */
export const isSameSetting = (one: SettingName, other: SettingName): boolean =>
  one.name === other.name && one.service === other.service

/** `DB_PASSWORD of shop`, or `of shop/web` for one of a service. */
export const settingText = (app: string, { name, service }: SettingName): string =>
  `${name} of ${service === undefined ? app : `${app}/${service}`}`

/** In app.yml, in place of a parameter: the secret that `nanofleet secrets set` keeps under the name. */
export const OWN = 'own'

/**
 * Paths of their own, so that no permission on definitions and image records reaches a secret, nor one on
 * variables. `own` in a path would say nothing of what is in it.
 */
export const SETTING_PATHS = { secrets: 'nanofleet-app-secrets', env: 'nanofleet-app-env' } as const

/** Below it are all settings of an app. */
export const settingsPath = (kind: SettingKind, stage: string, app: string): string =>
  `/${SETTING_PATHS[kind]}/${stage}/${app}`

export const settingParameter = (
  kind: SettingKind,
  stage: string,
  app: string,
  { service, name }: SettingName,
): string => [settingsPath(kind, stage, app), ...(service === undefined ? [] : [service]), name].join('/')

/** Which setting of the app a parameter holds; undefined for one that we did not name. */
export function settingName(
  kind: SettingKind,
  stage: string,
  app: string,
  parameter: string,
): SettingName | undefined {
  const start = `${settingsPath(kind, stage, app)}/`
  if (!parameter.startsWith(start)) return undefined
  const [first = '', second, ...more] = parameter.slice(start.length).split('/')
  if (more.length > 0) return undefined
  return second === undefined ? { name: first } : { service: first, name: second }
}

/** Letters, digits and _, no digit first: what a program can ask its environment for. */
export const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * The parameters that a service reads a secret from, the first that exists counts.
 * @param place of `secrets` in the manifest: `own`, or the parameter itself
 */
export function secretPlaces(
  { stage, app, service }: { stage: string; app: string; service: string },
  name: string,
  place: string,
): string[] {
  if (place !== OWN) return [place]
  return [{ service, name }, { name }].map((one) => settingParameter('secrets', stage, app, one))
}

/** Bytes of a value: the larger of Parameter Store's two tiers ("Managing parameter tiers"). */
const LARGEST_VALUE = 8192

/** Why Parameter Store would not take a value; the value is in no sentence, as it may be a secret. */
export function valueProblem(value: string): { problem: string; remedy: string } | undefined {
  if (value === '') return { problem: 'the value is empty', remedy: 'give one, or take it away with rm' }
  const bytes = new TextEncoder().encode(value).length
  if (bytes > LARGEST_VALUE)
    return {
      problem: `the value has ${bytes} bytes, Parameter Store takes ${LARGEST_VALUE}`,
      remedy: 'keep what is larger in a bucket of the app',
    }
  if (value.includes('{{') && value.includes('}}'))
    return {
      problem: 'the value has {{ and }}, which Parameter Store takes for a reference',
      remedy: 'encode it, for example as base64',
    }
  return undefined
}

/** Variables that instances get from others: what listens where, our own, and those of the AWS SDK. */
const RESERVED = /^(PORT|HOST|NANOFLEET_.*|AWS_.*)$/

/** Why `env set` cannot set a variable to this. */
export function variableProblem(
  name: string,
  value: string,
): { problem: string; remedy: string } | undefined {
  if (!VARIABLE.test(name))
    return {
      problem: `${JSON.stringify(name)} is not an environment name`,
      remedy: 'use letters, digits and _, no digit first',
    }
  if (RESERVED.test(name))
    return {
      problem: `${name} is reserved`,
      remedy:
        name === 'PORT' || name === 'HOST'
          ? 'what a program listens on is in config.json and app.yml'
          : 'choose a name that begins neither with AWS_ nor with NANOFLEET_',
    }
  if (/[\r\n\0]/.test(value))
    return { problem: `${name} holds a line break, which user data cannot carry`, remedy: 'make it a secret' }
  return valueProblem(value)
}
