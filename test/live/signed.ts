import { AwsClient } from 'aws4fetch'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { LocalRecord } from '../../local/record.ts'

/** One call of a JSON service as root; a client of the SDK for two actions is not worth its start. */
export async function callAsRoot(
  { endpoint, region, credentials }: LocalRecord,
  service: string,
  target: string,
  body: object,
): Promise<unknown> {
  const client = new AwsClient({ ...credentials, service, region, retries: 0 })
  const answer = await client.fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new ServiceFailure(`${target} is refused: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}
