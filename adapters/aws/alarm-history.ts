import {
  type AlarmHistoryItem,
  type CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
} from '@aws-sdk/client-cloudwatch'
import { ServiceFailure } from '../../core/base/errors.ts'
import { controlName } from '../../core/base/names.ts'
import type { AlarmChange } from '../../core/timeline/alarms.ts'

/**
 * How the alarms of a stage changed since then: of each, the latest hundred changes. CloudWatch keeps 30
 * days.
 * @throws {ServiceFailure} when CloudWatch does not say
 */
export async function alarmChanges(
  client: CloudWatchClient,
  stage: string,
  since: Date,
): Promise<{ changes: AlarmChange[]; more: boolean }> {
  const prefix = controlName(stage, '')
  try {
    // A stage has seven; a page holds fifty.
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNamePrefix: prefix }))
    const pages = await Promise.all(
      MetricAlarms.map(({ AlarmName }) =>
        client.send(
          new DescribeAlarmHistoryCommand({
            AlarmName,
            HistoryItemType: 'StateUpdate',
            StartDate: since,
            ScanBy: 'TimestampDescending',
            MaxRecords: 100,
          }),
        ),
      ),
    )
    return {
      changes: pages.flatMap(({ AlarmHistoryItems = [] }) =>
        AlarmHistoryItems.map((item) => changeOf(item, prefix)),
      ),
      more: pages.some(({ NextToken }) => NextToken !== undefined),
    }
  } catch (cause) {
    throw new ServiceFailure(`CloudWatch does not tell how alarms changed: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** API Reference, "AlarmHistoryItem"; the data as in the User Guide, "Alarm events and EventBridge". */
function changeOf(
  { AlarmName = '', Timestamp, HistoryData = '{}' }: AlarmHistoryItem,
  prefix: string,
): AlarmChange {
  const { oldState, newState } = JSON.parse(HistoryData) as Record<'oldState' | 'newState', State | undefined>
  return {
    at: Timestamp?.toISOString() ?? '',
    alarm: AlarmName.slice(prefix.length),
    from: oldState?.stateValue ?? '',
    to: newState?.stateValue ?? '',
    reason: newState?.stateReason ?? '',
  }
}

interface State {
  stateValue?: string
  stateReason?: string
}
