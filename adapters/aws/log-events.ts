import {
  type CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  type FilterLogEventsCommandOutput,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs'
import { controlName } from '../../core/base/names.ts'

/** One line of output of an instance or a function. */
export interface LogLine {
  id: string
  /** Milliseconds since 1970. */
  at: number
  /** The log stream: the instance's id, or the stream of one of a function's processes. */
  instance: string
  /** The last part of the log group's name. */
  service: string
  text: string
}

/** Log group that the instances of a service write to. */
export const serviceLogGroup = (stage: string, app: string, service: string): string =>
  `/nanofleet/${stage}/${app}/${service}`

/** Log group that a function of the control plane writes to; Lambda names it. */
export const functionLogGroup = (stage: string, name: string): string =>
  `/aws/lambda/${controlName(stage, name)}`

/** Which of a log group's lines. */
export interface Only {
  /** The first moment after them, in ms since 1970. */
  until?: number | undefined
  /** A filter pattern of CloudWatch Logs (User Guide, "Filter pattern syntax"). */
  pattern?: string | undefined
  /** Only those that this instance wrote. */
  instance?: string | undefined
}

/**
 * Lines of a log group from `since` (ms since 1970) on, oldest first. A service or function that has not
 * written yet has no group and so no lines.
 */
export async function logLines(
  logs: CloudWatchLogsClient,
  group: string,
  since: number,
  only: Only = {},
): Promise<LogLine[]> {
  return (await someLines(logs, group, since, only, Number.POSITIVE_INFINITY)).lines
}

/**
 * The same up to a number of pages; `more` says that there are later lines. A page may be empty: each covers
 * what CloudWatch Logs could search in a moment.
 */
export async function someLines(
  logs: CloudWatchLogsClient,
  group: string,
  since: number,
  { until, pattern, instance }: Only,
  pages: number,
): Promise<{ lines: LogLine[]; more: boolean }> {
  const lines: LogLine[] = []
  const service = group.slice(group.lastIndexOf('/') + 1)
  let nextToken: string | undefined
  let read = 0
  do {
    const page = await onePage(logs, {
      logGroupName: group,
      startTime: since,
      nextToken,
      ...(pattern ? { filterPattern: pattern } : {}),
      ...(instance ? { logStreamNames: [instance] } : {}),
      // The last moment that counts.
      ...(until === undefined ? {} : { endTime: until - 1 }),
    })
    for (const event of page?.events ?? []) {
      lines.push({
        id: event.eventId ?? `${event.logStreamName}/${event.timestamp}/${event.message}`,
        at: event.timestamp ?? 0,
        instance: event.logStreamName ?? '',
        service,
        text: (event.message ?? '').trimEnd(),
      })
    }
    nextToken = page?.nextToken
    read += 1
  } while (nextToken && read < pages)
  return { lines, more: nextToken !== undefined }
}

/** Whether an instance has ever written into a log group. */
export async function hasWritten(
  logs: CloudWatchLogsClient,
  group: string,
  instance: string,
): Promise<boolean> {
  try {
    const streams = { logGroupName: group, logStreamNamePrefix: instance }
    const { logStreams = [] } = await logs.send(new DescribeLogStreamsCommand(streams))
    return logStreams.some(({ logStreamName }) => logStreamName === instance)
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false
    throw error
  }
}

async function onePage(
  logs: CloudWatchLogsClient,
  request: FilterLogEventsCommandInput,
): Promise<FilterLogEventsCommandOutput | undefined> {
  try {
    return await logs.send(new FilterLogEventsCommand(request))
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}
