import { ServiceFailure } from '../../core/errors.ts'
import type { LocalRecord } from '../../local/record.ts'

interface Call {
  EventName: string
  EventSource: string
  AccessKeyId: string
}

/** Turns CloudTrail's records of API calls on or off; off by default, for speed. */
export async function recordCalls({ endpoint }: LocalRecord, on: boolean): Promise<void> {
  const body = JSON.stringify({ 'cloudtrail._recording_enabled': on })
  const answer = await fetch(`${endpoint}/_ministack/config`, { method: 'POST', body })
  if (!answer.ok) throw new ServiceFailure(`CloudTrail cannot be switched: HTTP ${answer.status}`)
}

/** The latest 50 calls of an action since a time in ms, by roles only: those of the tests have root's keys. */
export async function callsOfRoles(region: LocalRecord, action: string, since: number): Promise<Call[]> {
  const answer = await fetch(region.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region.region}/cloudtrail/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({
      StartTime: since / 1000,
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: action }],
    }),
  })
  if (!answer.ok) throw new ServiceFailure(`CloudTrail does not answer: ${await answer.text()}`)
  const { Events } = (await answer.json()) as { Events: Call[] }
  return Events.filter(({ AccessKeyId }) => AccessKeyId !== 'test')
}
