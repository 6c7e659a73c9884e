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
 * What a group did since then, oldest first; nothing for a group that does not exist. Auto Scaling returns
 * the latest hundred and keeps six weeks.
 * @throws {ServiceFailure} when Auto Scaling does not say
 */
export async function groupActivities(
  client: AutoScalingClient,
  group: string,
  since: Date,
): Promise<GroupActivity[]> {
  const request = new DescribeScalingActivitiesCommand({ AutoScalingGroupName: group, MaxRecords: 100 })
  try {
    const { Activities = [] } = await client.send(request)
    return Activities.filter(({ StartTime }) => (StartTime?.getTime() ?? 0) >= since.getTime())
      .map(toActivity)
      .reverse()
  } catch (cause) {
    const { name, message } = cause as Error
    if (name === 'ValidationError' && /not found|does not exist/i.test(message)) return []
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
