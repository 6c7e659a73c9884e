import {
  type CloudWatchLogsClient,
  FilterLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs'

/** One line of an instance's output. */
export interface LogLine {
  id: string
  at: number
  /** The log stream: the instance's id. */
  instance: string
  service: string
  text: string
}

/** Log group that the instances of a service write to. */
export const serviceLogGroup = (stage: string, app: string, service: string): string =>
  `/nanofleet/${stage}/${app}/${service}`

/**
 * Lines of a service's instances from `since` (ms since 1970) on, oldest first. A service that has not
 * written yet has no group and so no lines.
 */
export async function logLines(
  logs: CloudWatchLogsClient,
  group: string,
  since: number,
  pattern?: string,
): Promise<LogLine[]> {
  const lines: LogLine[] = []
  const service = group.slice(group.lastIndexOf('/') + 1)
  let nextToken: string | undefined
  do {
    const page = await logs
      .send(
        new FilterLogEventsCommand({
          logGroupName: group,
          startTime: since,
          nextToken,
          ...(pattern ? { filterPattern: pattern } : {}),
        }),
      )
      .catch((error: unknown) => {
        if (error instanceof ResourceNotFoundException) return undefined
        throw error
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
  } while (nextToken)
  return lines
}
