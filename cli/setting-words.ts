import { InvalidInput } from '../core/base/errors.ts'
import { LABEL } from '../core/base/name-rules.ts'
import { type SettingName, VARIABLE, variableProblem } from '../core/base/settings.ts'

/**
 * What follows the app of `secrets set` and `secrets rm`: a name, or a service and a name. No word is quoted,
 * as one of them may be a secret.
 * @throws {InvalidInput}
 */
export function secretWords(place: string, words: readonly string[]): SettingName {
  const [first = '', second, ...more] = words
  const [service, name] = second === undefined ? [undefined, first] : [first, second]
  const right = VARIABLE.test(name) && (service === undefined || LABEL.test(service)) && more.length === 0
  if (!right)
    throw new InvalidInput(
      place,
      'takes an app, perhaps a service, and a name of letters, digits and _',
      'a value is never an argument, which others on this machine and the history of the shell would see: give it on standard input',
    )
  return service === undefined ? { name } : { service, name }
}

/**
 * What follows the app of `env set`: perhaps a service, then `NAME=value`, once or more.
 * @throws {InvalidInput}
 */
export function assignments(place: string, words: readonly string[]): (SettingName & { value: string })[] {
  const [first = '', ...rest] = words
  const service = first.includes('=') ? undefined : first
  const given = service === undefined ? words : rest
  if (service !== undefined && !LABEL.test(service))
    throw new InvalidInput(
      place,
      `${JSON.stringify(service)} is neither a service nor NAME=value`,
      'write NAME=value',
    )
  if (given.length === 0)
    throw new InvalidInput(place, 'nothing is to be set', `write NAME=value behind ${service}`)
  const found = new Map<string, SettingName & { value: string }>()
  for (const word of given) {
    const at = word.indexOf('=')
    if (at < 0) throw new InvalidInput(place, `${JSON.stringify(word)} has no value`, 'write NAME=value')
    const [name, value] = [word.slice(0, at), word.slice(at + 1)]
    const wrong = variableProblem(name, value)
    if (wrong) throw new InvalidInput(place, wrong.problem, wrong.remedy)
    if (found.has(name)) throw new InvalidInput(place, `${name} is there twice`, 'give it one value')
    found.set(name, { ...(service !== undefined && { service }), name, value })
  }
  return [...found.values()]
}
