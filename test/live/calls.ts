import { ServiceFailure } from '../../core/base/errors.ts'
import type { LocalRecord } from '../../local/record.ts'
import { askPrivately } from '../../local/root-key.ts'
import { callAsRoot } from './signed.ts'

interface CallRecord {
  EventId: string
  /** The service's host: `ec2.amazonaws.com`. */
  EventSource: string
  EventTime: number
  AccessKeyId: string
  /** JSON with the request's parameters. */
  CloudTrailEvent: string
}

/** The most that LookupEvents returns, latest first. */
const PAGE = 50

/** Turns CloudTrail's records of API calls on or off; they are off by default, for speed. */
export async function recordCalls(region: LocalRecord, on: boolean): Promise<void> {
  const body = JSON.stringify({ recorded: on })
  const answer = await askPrivately(region, 'calls', { method: 'PUT', body })
  if (!answer.ok) throw new ServiceFailure(`CloudTrail cannot be switched on or off: HTTP ${answer.status}`)
}

/** The EC2 actions that roles called since a time in ms; the tests themselves use root's keys. */
export async function ec2CallsOfRoles(region: LocalRecord, since: number): Promise<string[]> {
  const calls = await callsOfRoles(region, since, { EventSource: 'ec2.amazonaws.com' })
  return calls.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent).requestParameters.Action)
}

/** How many calls roles made since a time in ms, by service. */
export async function callCounts(region: LocalRecord, since: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { EventSource } of await callsOfRoles(region, since)) {
    const service = EventSource.replace('.amazonaws.com', '')
    counts[service] = (counts[service] ?? 0) + 1
  }
  return counts
}

async function callsOfRoles(
  region: LocalRecord,
  since: number,
  attributes: Record<string, string> = {},
): Promise<CallRecord[]> {
  const found = new Map<string, CallRecord>()
  let until = Date.now()
  for (;;) {
    const page = await lookUp(region, since, until, attributes)
    for (const call of page) found.set(call.EventId, call)
    const oldest = page.at(-1)
    if (page.length < PAGE || !oldest) break
    until = oldest.EventTime * 1000
  }
  return [...found.values()].filter(({ AccessKeyId }) => AccessKeyId !== region.credentials.accessKeyId)
}

async function lookUp(
  region: LocalRecord,
  since: number,
  until: number,
  attributes: Record<string, string>,
): Promise<CallRecord[]> {
  const target = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents'
  const answer = await callAsRoot(region, 'cloudtrail', target, {
    StartTime: since / 1000,
    EndTime: until / 1000,
    MaxResults: PAGE,
    LookupAttributes: Object.entries(attributes).map(([AttributeKey, AttributeValue]) => ({
      AttributeKey,
      AttributeValue,
    })),
  })
  return (answer as { Events: CallRecord[] }).Events
}
