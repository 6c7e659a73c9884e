import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { afterEach, describe, expect, it } from '@jest/globals'
import { functionLogGroup, logLines, serviceLogGroup, someLines } from '../../../adapters/aws/log-events.ts'
import { freshLines } from '../../../cli/log-lines.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

let aws: CannedAws | undefined
afterEach(() => aws?.stop())

async function read(answer: Answer | Answer[], pattern?: string) {
  aws = new CannedAws({ FilterLogEvents: answer })
  const logs = new CloudWatchLogsClient(await aws.start())
  return logLines(logs, serviceLogGroup('dev', 'shop', 'web'), 5, pattern)
}

describe('lines of a log', () => {
  it('are read to the last page and name their service and instance', async () => {
    const event = (eventId: string, message: string) => ({
      eventId,
      timestamp: 7,
      logStreamName: 'i-1',
      message,
    })
    const lines = await read(
      [{ events: [event('a', 'one\n')], nextToken: 'more' }, { events: [event('b', 'two')] }],
      'error',
    )
    const common = { at: 7, instance: 'i-1', service: 'web' }
    expect(lines).toEqual([
      { id: 'a', text: 'one', ...common },
      { id: 'b', text: 'two', ...common },
    ])
    expect(JSON.parse(aws?.calls[0]?.body ?? '')).toEqual({
      logGroupName: '/nanofleet/dev/shop/web',
      startTime: 5,
      filterPattern: 'error',
    })
  })

  it('are read up to a number of pages, and then it is said that there are more', async () => {
    aws = new CannedAws({ FilterLogEvents: [{ nextToken: 'a' }, { nextToken: 'b' }, {}] })
    const logs = new CloudWatchLogsClient(await aws.start())
    expect(await someLines(logs, 'g', 5, undefined, 2)).toEqual({ lines: [], more: true })
    expect(await someLines(logs, 'g', 5, undefined, 2)).toEqual({ lines: [], more: false })
  })

  it('are none where nobody has written yet', async () => {
    expect(await read({ error: 'ResourceNotFoundException' })).toEqual([])
  })

  it('of a function lie where Lambda puts them', () => {
    expect(functionLogGroup('dev', 'register')).toBe('/aws/lambda/nanofleet-dev-register')
  })
})

describe('following a log', () => {
  const line = (id: string, at: number) => ({ id, at, instance: 'i-1', service: 'web', text: id })

  it('shows a line once, also when looks overlap or it comes late', () => {
    const fresh = freshLines()
    expect(fresh([line('a', 10), line('c', 12)], 0).map(({ id }) => id)).toEqual(['a', 'c'])
    expect(fresh([line('a', 10), line('b', 11), line('c', 12)], 5).map(({ id }) => id)).toEqual(['b'])
    expect(fresh([line('c', 12)], 12)).toEqual([])
  })
})
