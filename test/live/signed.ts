import { AwsClient } from 'aws4fetch'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { LocalRecord } from '../../local/record.ts'

/** One call of a JSON service as root; a client of the SDK for two actions is not worth its start. */
export async function callAsRoot(
  region: LocalRecord,
  service: string,
  target: string,
  body: object,
): Promise<unknown> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }
  const text = await send(region, service, target, headers, JSON.stringify(body))
  return text === '' ? undefined : JSON.parse(text)
}

/** One call of a query service as root: its answer, which is XML. */
export function queryAsRoot(
  region: LocalRecord,
  service: string,
  parameters: Record<string, string>,
): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const form = new URLSearchParams(parameters).toString()
  return send(region, service, parameters.Action ?? '', headers, form)
}

async function send(
  { endpoint, region, credentials }: LocalRecord,
  service: string,
  what: string,
  headers: Record<string, string>,
  body: string,
): Promise<string> {
  const client = new AwsClient({ ...credentials, service, region, retries: 0 })
  const answer = await client.fetch(endpoint, { method: 'POST', headers, body })
  const text = await answer.text()
  if (!answer.ok) throw new ServiceFailure(`${what} is refused with HTTP ${answer.status}: ${text}`)
  return text
}
