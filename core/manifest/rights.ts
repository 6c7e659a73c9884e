import { appActionsOf, isAppAction, isExistingAction, nearAction, SECRETS_PATH } from '../base/app-rights.ts'
import type { Permission, ServiceSpec } from '../base/manifest-types.ts'
import { PLATFORM } from '../base/names.ts'
import type { Problem } from '../base/schema-problems.ts'
import { OWN, SETTING_PATHS } from '../base/settings.ts'

/** What would let a program do more than use data: the boundary of its role would refuse it at run time. */
export function rights(app: string, name: string, { permissions, secrets }: ServiceSpec): Problem[] {
  const at = (...path: Problem['path']) => ['services', name, ...path]
  const tooMuch = permissions.flatMap(({ actions }, index) =>
    actions.flatMap((action) => {
      const wrong = actionProblem(action)
      return wrong ? [{ path: at('permissions', index, 'actions', actions.indexOf(action)), ...wrong }] : []
    }),
  )
  if (app === PLATFORM) return tooMuch
  return [
    ...tooMuch,
    ...permissions.flatMap((permission, index) => {
      const wrong = foreignKeys(JSON.stringify(permission.resource)) ?? foreignSecrets(permission)
      return wrong ? [{ path: at('permissions', index, 'resource'), ...wrong }] : []
    }),
    ...Object.entries(secrets).flatMap(([variable, place]) => {
      const wrong =
        foreignKeys(place) ?? (place.includes(SETTING_PATHS.secrets) ? SECRETS_OF_OTHERS : undefined)
      return wrong ? [{ path: at('secrets', variable), ...wrong }] : []
    }),
  ]
}

type Wrong = Pick<Problem, 'problem' | 'remedy'>

const foreignKeys = (text: string): Wrong | undefined =>
  text.includes(SECRETS_PATH)
    ? {
        problem: `/${SECRETS_PATH}/ holds the keys of the stage, which only the platform reads`,
        remedy: `keep the app's own secrets in parameters with another name`,
      }
    : undefined

const SECRETS_OF_OTHERS: Wrong = {
  problem: `reaches /${SETTING_PATHS.secrets}/, where the secrets of all services are`,
  remedy: `name the service's own in secrets, each as ${OWN}, and other parameters in full`,
}

/** A permission on parameters, perhaps by a wildcard, that would read what other services keep secret. */
function foreignSecrets({ actions, resource }: Permission): Wrong | undefined {
  if (typeof resource !== 'string' || !actions.some((action) => /^ssm:/i.test(action))) return undefined
  return reaches(resource, `/${SETTING_PATHS.secrets}/`) ? SECRETS_OF_OTHERS : undefined
}

/** Whether an ARN can mean a parameter below a path; what follows a wildcard or reference can be anything. */
function reaches(arn: string, path: string): boolean {
  if (/^arn:[^:*]*:(?!ssm:)[^:*]+:/.test(arn)) return false
  const after = /:parameter(.*)$/.exec(arn)?.[1]
  if (after === undefined) return /[*?$]/.test(arn)
  const literal = after.replace(/[*?$].*$/, '')
  if (literal === after) return after.startsWith(path)
  return path.startsWith(literal) || literal.startsWith(path)
}

function actionProblem(action: string): Wrong | undefined {
  const near = nearAction(action)
  const meant = near === undefined ? undefined : `did you mean "${near}"?`
  if (!isAppAction(action)) {
    // The nearest to a wildcard is no wildcard, and hardly what was meant.
    const remedy = (action.includes('*') ? undefined : meant) ?? instead(action)
    return { problem: `"${action}" is more than the program of an app may do`, remedy }
  }
  // One that resembles none may be younger than the list.
  if (isExistingAction(action) || meant === undefined) return undefined
  return { problem: `there is no action "${action}" in AWS`, remedy: meant }
}

function instead(action: string): string {
  const [service = ''] = action.split(':')
  const possible = appActionsOf(service)
  if (possible.length === 0) return 'remove it; docs/security.md lists what a program may do'
  return `name what it does: ${possible.join(', ')}`
}
