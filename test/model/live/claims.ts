import { TAG } from '../../../core/base/names.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { parameter } from '../definitions.ts'
import type { Form } from '../happenings.ts'
import { type Machine, truth } from '../lagging-ec2.ts'
import type { Text } from '../scene.ts'
import { ANSWER_PORT } from './answerers-main.ts'
import { type Claim, INTERVAL_SECONDS } from './ledger.ts'

/** The names under which instances are looked up. */
export const SERVICES = ['s0', 's1', 's2', 's1-admin']

/** The text of a service's definition, with a check that one of our processes answers; null for none. */
export function definition(service: number, form: Form): string | null {
  const check = (interval: number) => ({
    http: `http://HEALTHROUTE:${ANSWER_PORT}/`,
    interval: `${interval}s`,
    timeout: '1s',
  })
  const one = { name: `s${service}`, port: ANSWER_PORT, checks: [check(INTERVAL_SECONDS)] }
  const two = [one, { ...one, name: 's1-admin', port: ANSWER_PORT + 9 }]
  const forms: Partial<Record<Form, unknown>> = {
    port: { ...one, port: ANSWER_PORT + 1 },
    'two services': service === 1 ? two : { ...one, tags: ['two'] },
    check: { ...one, checks: [check(INTERVAL_SECONDS - 1)] },
    broken: { port: 80 },
    removed: null,
  }
  const form_ = form in forms ? forms[form] : one
  return form_ === null ? null : JSON.stringify(form_)
}

/** What the truth about an instance means for DNS, under each of the names. */
export function claimsOf(machine: Machine, texts: Map<string, Text[]>, told: Set<string>): Claim[] {
  const { state, tags } = truth(machine)
  const { id: instanceId, address } = machine
  const wellTagged = tags[TAG.kind] === 'service'
  const text = texts.get(tags[TAG.definition] ?? '')?.at(-1)?.text
  const names = wellTagged && text?.includes('"name"') ? namesOf(text) : undefined
  return SERVICES.map((service): Claim => {
    const claim = { service, address, instanceId }
    if (state !== 'running')
      return { ...claim, should: 'out', by: wellTagged || state === 'terminated' ? undefined : 'round' }
    if (told.has(instanceId)) return { ...claim, should: 'out', by: 'order' }
    // Without tags, or with an unusable definition, its entry stays as it is, if it has one.
    if (!names) return { ...claim, should: machine.versions.some(isTagged) ? 'stay' : 'out' }
    return { ...claim, should: names.includes(service) ? 'in' : 'out' }
  })
}

const isTagged = ({ tags }: { tags: Record<string, string> }): boolean => tags[TAG.kind] === 'service'

const read = new Map<string, string[]>()
function namesOf(text: string): string[] {
  const names = read.get(text) ?? parseDefinition(text, 'the model').map(({ Name }) => Name)
  read.set(text, names)
  return names
}

export const parameters = (): string[] => [0, 1, 2].map(parameter)
