import { SET_SECRET, type Sentences } from '../said.ts'
import { type AddressBook, rewrite } from './addresses.ts'
import type { Planned } from './planned.ts'

/** Half of what user data holds (docs/manifest.md): the rest is for what is added later. */
const LARGEST = 8192
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const SECRET = /PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|API_?KEY|CREDENTIAL/i
/** What only says where a secret is. */
const NO_SECRET = /_(FILE|PATH|URL|URI|ENDPOINT|NAME|ID|TTL|EXPIRY|EXPIRATION)$/i

/** By its name, or a password in a URL. */
const looksSecret = (variable: string, value: string): boolean =>
  (value !== '' && SECRET.test(variable) && !NO_SECRET.test(variable)) ||
  /:\/\/[^\s:@/]*:[^\s@/]+@/.test(value)

/**
 * Sets a service's variables and arguments, with the names of other services as they are here.
 * @returns the services that they name
 */
export function takeAddresses(service: Planned, book: AddressBook, said: Sentences): string[] {
  const { workload, image, name } = service
  const named = new Set<string>()
  const put = (variable: string, value: string, at: string): string => {
    const found = rewrite(variable, value, name, book)
    for (const other of found.named) {
      named.add(other)
      said.inferred(
        `${workload.place}: ${at}`,
        `${name} needs ${other}, as ${variable || 'an argument'} names it: ${found.value.slice(0, 80)}`,
      )
    }
    for (const other of found.gone)
      said.todo(
        `${workload.place}: ${at}`,
        `names ${other}, which is not part of the app`,
        'give it the address of what takes its place',
      )
    return found.value
  }
  let size = 0
  for (const [variable, value] of workload.env) {
    if (looksSecret(variable, value)) {
      said.left(
        `${workload.place}: env ${variable}`,
        'looks like a secret, and anyone who may describe instances can read user data',
        `${SET_SECRET}; if it is none, add it to env there`,
      )
      continue
    }
    const changed = put(variable, value, `env ${variable}`).replaceAll('\0', '')
    size += variable.length + changed.length * 3 + 3
    const late =
      NAME.test(variable) && changed !== '' && !/[\r\n]|\{\{resolve:/.test(changed) && size <= LARGEST
    if (late) service.env.set(variable, changed)
    else if (variable !== '' && !/[=\0]/.test(variable)) service.baked.set(variable, changed)
  }
  for (const [variable, value] of image.env)
    if (!service.env.has(variable) && !service.baked.has(variable))
      service.baked.set(variable, put(variable, value, `ENV ${variable}`).replaceAll('\0', ''))
  service.args = service.args.map((value) => put('', value, 'arguments').replaceAll('\0', ''))
  return [...named]
}
