import { canonicalJson } from '../base/canonical.ts'
import type { Template } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'

/**
 * Most bytes that a request takes as TemplateBody; a larger template goes through S3 (CloudFormation quotas).
 */
export const BODY_BYTES = 51_200

/** The quotas of one template in S3 (CloudFormation quotas). */
const OBJECT_BYTES = 1_000_000
const MOST = [
  ['Resources', 'resources', 500],
  ['Parameters', 'parameters', 200],
  ['Outputs', 'outputs', 200],
] as const

/**
 * A template as CloudFormation gets it; equal templates give equal texts.
 * @throws {InvalidInput} for one that is too large for a stack
 */
export function templateText(stack: string, template: Template): string {
  const text = canonicalJson(template)
  const sizes = MOST.map(
    ([part, what, most]) => [Object.keys(template[part] ?? {}).length, what, most] as const,
  )
  const all = [...sizes, [byteLength(text), 'bytes', OBJECT_BYTES] as const]
  const [excess] = all
    .filter(([size, , most]) => size > most)
    .map(([size, what, most]) => `${count(size)} ${what}, CloudFormation takes ${count(most)}`)
  if (excess === undefined) return text
  throw new InvalidInput(`the stack ${stack}`, `its template has ${excess}`, 'make several apps of this one')
}

/** Of the text in UTF-8, as CloudFormation counts. */
export const byteLength = (text: string): number => new TextEncoder().encode(text).length

const count = (number: number): string => number.toLocaleString('en')
