import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { afterEach, describe, expect, it } from '@jest/globals'
import { alarmChanges } from '../../../adapters/aws/alarm-history.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

let aws: CannedAws | undefined
afterEach(() => aws?.stop())

async function changes(answers: Record<string, Answer | Answer[]>) {
  aws = new CannedAws(answers)
  return alarmChanges(new CloudWatchClient(await aws.start()), 'dev', new Date(5000))
}

const DescribeAlarms = { MetricAlarms: [{ AlarmName: 'nanofleet-dev-drift' }] }

describe('changes of alarms', () => {
  it('are read for each alarm of the stage, with both states and the reason', async () => {
    const HistoryData = JSON.stringify({
      oldState: { stateValue: 'OK' },
      newState: { stateValue: 'ALARM', stateReason: 'Threshold Crossed' },
    })
    const item = { AlarmName: 'nanofleet-dev-drift', Timestamp: 7, HistoryItemType: 'StateUpdate' }
    const found = await changes({
      DescribeAlarms,
      DescribeAlarmHistory: { AlarmHistoryItems: [{ ...item, HistoryData }, item], NextToken: 'n' },
    })
    const common = { at: '1970-01-01T00:00:07.000Z', alarm: 'drift' }
    expect(found).toEqual({
      changes: [
        { ...common, from: 'OK', to: 'ALARM', reason: 'Threshold Crossed' },
        { ...common, from: '', to: '', reason: '' },
      ],
      more: true,
    })
    expect(aws?.calls.map(({ body }) => JSON.parse(body))).toEqual([
      { AlarmNamePrefix: 'nanofleet-dev-' },
      expect.objectContaining({
        AlarmName: 'nanofleet-dev-drift',
        HistoryItemType: 'StateUpdate',
        StartDate: 5,
      }),
    ])
  })

  it('are none of a stage without alarms', async () => {
    expect(await changes({ DescribeAlarms: {} })).toEqual({ changes: [], more: false })
  })

  it('that CloudWatch does not tell are a failure', async () => {
    await expect(changes({ DescribeAlarms: { error: 'AccessDenied' } })).rejects.toThrow(
      'CloudWatch does not tell how alarms changed: no',
    )
  })
})
