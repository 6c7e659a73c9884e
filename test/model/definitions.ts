import { TAG } from '../../core/base/names.ts'
import type { Form } from './happenings.ts'

export const parameter = (service: number): string => `/nanofleet/test/app/s${service}/consul`

/** The tags of an instance of a service; `role` is the model's own and stays when the others go. */
export const tagsOf = (service: number): Record<string, string> => ({
  role: 'service',
  [TAG.kind]: 'service',
  [TAG.definition]: parameter(service),
})

/** The text of a service's definition; null for none. */
export function definition(service: number, form: Form): string | null {
  const check = { http: 'http://HEALTHROUTE/', interval: '1s' }
  const one = { name: `s${service}`, port: 80, ...(service === 1 ? { check } : {}) }
  const forms: Record<Form, unknown> = {
    same: one,
    port: { ...one, port: 81 },
    'two services': [one, { name: `s${service}-admin`, port: 90, check }],
    check: { ...one, check },
    'no check': { name: `s${service}`, port: 80 },
    broken: { port: 80 },
    removed: null,
  }
  return forms[form] === null ? null : JSON.stringify(forms[form])
}
