import { canonicalJson } from '../base/canonical.ts'
import type { Template } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'

/**
 * Most bytes that a request takes as TemplateBody; a larger template goes through S3 (CloudFormation quotas).
 */
export const BODY_BYTES = 51_200

/** The quotas of one template in S3 (CloudFormation quotas): 1 MB, and 500 resources. */
const OBJECT_BYTES = 1_000_000
const RESOURCES = 500

/**
 * A template as CloudFormation gets it; equal templates give equal texts.
 * @throws {InvalidInput} for one that is too large for a stack
 */
export function templateText(stack: string, template: Template): string {
  const resources = Object.keys(template.Resources).length
  const text = canonicalJson(template)
  const bytes = byteLength(text)
  const excess =
    resources > RESOURCES
      ? `${count(resources)} resources, CloudFormation takes ${RESOURCES}`
      : bytes > OBJECT_BYTES
        ? `${count(bytes)} bytes, CloudFormation takes ${count(OBJECT_BYTES)}`
        : undefined
  if (excess === undefined) return text
  throw new InvalidInput(`the stack ${stack}`, `its template has ${excess}`, 'make several apps of this one')
}

/** Of the text in UTF-8, as CloudFormation counts. */
export const byteLength = (text: string): number => new TextEncoder().encode(text).length

const count = (number: number): string => number.toLocaleString('en')
