import { ServiceFailure } from '../../../core/base/errors.ts'
import { controlName } from '../../../core/base/names.ts'
import type { LocalRecord } from '../../../local/record.ts'

/**
 * The rules that trigger the control plane's registration: instance events, the clock, changed definitions.
 */
const RULES = ['instance-states', 'reconcile', 'definition-changes']

/** Turns the control plane's own registration on or off, so that another one has the machine to itself. */
export async function switchRules(region: LocalRecord, stage: string, on: boolean): Promise<void> {
  for (const rule of RULES)
    await ask(region, on ? 'EnableRule' : 'DisableRule', { Name: controlName(stage, rule) })
}

/** Two actions are not worth an SDK client. */
async function ask({ endpoint, region }: LocalRecord, action: string, body: object): Promise<void> {
  const credential = `test/20260101/${region}/events/aws4_request`
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSEvents.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new ServiceFailure(`EventBridge refuses ${action}: ${await answer.text()}`)
}
