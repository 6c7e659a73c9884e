import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { CLOUDFORMATION_TAGS } from '../../core/base/cloudformation-yaml.ts'
import { readYaml } from '../../core/base/yaml-document.ts'
import { ROOT } from '../apps/apps.ts'

/** A pattern of EventBridge ("Creating Amazon EventBridge event patterns"), as far as ours go. */
export type Pattern = { [key: string]: Pattern | Alternative[] }
type Alternative = string | { prefix: string } | { wildcard: string }

const STAGE = 'test'

/** The patterns of the rules that send to the functions of registration, by rule. */
export function patterns(): Map<string, Pattern> {
  const file = 'resources/registration.yml'
  const text = readFileSync(join(ROOT, file), 'utf8').replaceAll(/\$\{sls:stage\}/g, STAGE)
  const { Resources } = readYaml(text, file, CLOUDFORMATION_TAGS).value as {
    Resources: Record<string, { Type: string; Properties?: { EventPattern?: Pattern } }>
  }
  return new Map(
    Object.entries(Resources).flatMap(([name, { Properties }]) =>
      Properties?.EventPattern ? [[name, Properties.EventPattern] as const] : [],
    ),
  )
}

/** Whether a rule with this pattern lets the event through. A list matches when one of its elements does. */
export function matches(pattern: Pattern, event: unknown): boolean {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return false
  return Object.entries(pattern).every(([key, wanted]) => {
    const value = (event as Record<string, unknown>)[key]
    if (!Array.isArray(wanted)) return matches(wanted, value)
    return [value].flat().some((one) => wanted.some((alternative) => fits(alternative, one)))
  })
}

function fits(alternative: Alternative, value: unknown): boolean {
  if (typeof value !== 'string') return false
  if (typeof alternative === 'string') return value === alternative
  if ('prefix' in alternative) return value.startsWith(alternative.prefix)
  const parts = alternative.wildcard.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(value)
}

/** Something that fits the pattern, and no more. */
export function fitting(pattern: Pattern): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    Object.fromEntries(
      Object.entries(pattern).map(([key, wanted]): [string, fc.Arbitrary<unknown>] => [
        key,
        Array.isArray(wanted) ? fc.constantFrom(...wanted).chain(instance) : fitting(wanted),
      ]),
    ),
  )
}

function instance(alternative: Alternative): fc.Arbitrary<unknown> {
  if (typeof alternative === 'string')
    return fc.oneof(
      { weight: 6, arbitrary: fc.constant(alternative) },
      { weight: 1, arbitrary: fc.constant([alternative]) },
      { weight: 1, arbitrary: fc.constant(['other', alternative, null]) },
    )
  const text = fc.string({ maxLength: 12 })
  if ('prefix' in alternative) return text.map((rest) => alternative.prefix + rest)
  return text.map((part) => alternative.wildcard.replace('*', () => part))
}
