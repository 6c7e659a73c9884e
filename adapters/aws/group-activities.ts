import {
  type Activity,
  type AutoScalingClient,
  DescribeScalingActivitiesCommand,
} from '@aws-sdk/client-auto-scaling'
import { ServiceFailure } from '../../core/base/errors.ts'

/** Something that an Auto Scaling group did or tried, in its own words. */
export interface GroupActivity {
  /** ISO time at which it began. */
  at: string
  /**
   * `replaced`: an instance went and the group owes another one; `shrunk`: it went for good; `launched`: one
   * came or is coming; `failed`: none came; `other`: whatever else, such as Standby.
   */
  kind: 'replaced' | 'shrunk' | 'launched' | 'failed' | 'other'
  instance?: string
  reason: string
}

/** How descriptions of activities about one instance begin (User Guide, "Verify a scaling activity"). */
const LAUNCH = /^Launching/
const END = /^Terminating/

/**
 * What a group did since then, oldest first; nothing for a group that does not exist. Auto Scaling keeps six
 * weeks.
 * @param pages how many times a hundred are read at most, the latest first
 * @throws {ServiceFailure} when Auto Scaling does not say
 */
export async function groupActivities(
  client: AutoScalingClient,
  group: string,
  since: Date,
  pages = 1,
): Promise<{ activities: GroupActivity[]; more: boolean }> {
  const found: Activity[] = []
  const isRecent = ({ StartTime }: Activity): boolean => (StartTime?.getTime() ?? 0) >= since.getTime()
  let next: string | undefined
  for (let page = 0; page < pages && (page === 0 || next); page++) {
    const { Activities = [], NextToken } = await onePage(client, group, next)
    found.push(...Activities.filter(isRecent))
    // The latest come first: what follows an old one is older.
    next = Activities.every(isRecent) ? NextToken : undefined
  }
  return { activities: found.map(toActivity).reverse(), more: next !== undefined }
}

async function onePage(
  client: AutoScalingClient,
  group: string,
  NextToken: string | undefined,
): Promise<{ Activities?: Activity[] | undefined; NextToken?: string | undefined }> {
  const request = { AutoScalingGroupName: group, MaxRecords: 100, NextToken }
  try {
    return await client.send(new DescribeScalingActivitiesCommand(request))
  } catch (cause) {
    const { name, message } = cause as Error
    if (name === 'ValidationError' && /not found|does not exist/i.test(message)) return {}
    throw new ServiceFailure(`Auto Scaling does not tell the activities of ${group}: ${message}`, { cause })
  }
}

function toActivity(activity: Activity): GroupActivity {
  const { Description = '', Cause = '', StatusCode, StatusMessage } = activity
  const instance = /\bi-[0-9a-f]+\b/.exec(Description)?.[0]
  const failed = StatusCode === 'Failed' && LAUNCH.test(Description)
  return {
    at: activity.StartTime?.toISOString() ?? '',
    kind: failed ? 'failed' : kindOf(Description, Cause),
    ...(instance ? { instance } : {}),
    reason: failed ? (StatusMessage ?? 'no reason given') : lastSentence(Cause),
  }
}

function kindOf(description: string, cause: string): GroupActivity['kind'] {
  if (LAUNCH.test(description)) return 'launched'
  if (!END.test(description)) return 'other'
  // A retired or surplus instance has no successor.
  return /shrinking the capacity/i.test(cause) ? 'shrunk' : 'replaced'
}

/** `At 2026-01-01T00:00:00Z an instance was taken out of service in response to …` without the time. */
export const lastSentence = (cause: string): string => (cause.split(/At \S+Z /).at(-1) ?? cause).trim()
