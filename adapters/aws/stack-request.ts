import { ServiceFailure } from '../../core/base/errors.ts'
import type { StackInput } from '../../core/template/stacks.ts'
import { BODY_BYTES, byteLength } from '../../core/template/text.ts'
import type { TemplateStore } from './template-store.ts'

/**
 * What CloudFormation's calls that take a template have in common.
 * @param templates takes what is too large for a request
 */
export async function stackRequest(input: StackInput, templates: TemplateStore | undefined) {
  return {
    StackName: input.name,
    ...(await templateOf(input, templates)),
    Parameters: Object.entries(input.parameters).map(([key, value]) => ({
      ParameterKey: key,
      ParameterValue: value,
    })),
    Tags: Object.entries(input.tags).map(([Key, Value]) => ({ Key, Value })),
    Capabilities: ['CAPABILITY_IAM' as const, 'CAPABILITY_NAMED_IAM' as const],
  }
}

async function templateOf({ name, template }: StackInput, templates: TemplateStore | undefined) {
  const bytes = byteLength(template)
  if (bytes <= BODY_BYTES) return { TemplateBody: template }
  if (templates) return { TemplateURL: await templates.put(template) }
  throw new ServiceFailure(`${name}: its template of ${bytes} bytes needs a bucket, and there is none here`)
}
