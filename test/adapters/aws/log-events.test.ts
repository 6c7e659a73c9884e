import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { afterEach, describe, expect, it } from '@jest/globals'
import {
  functionLogGroup,
  hasWritten,
  logLines,
  type Only,
  serviceLogGroup,
  someLines,
} from '../../../adapters/aws/log-events.ts'
import { lastLines } from '../../../cli/last-lines.ts'
import { freshLines } from '../../../cli/log-lines.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

let aws: CannedAws | undefined
afterEach(() => aws?.stop())

async function read(answer: Answer | Answer[], only: Only = {}) {
  aws = new CannedAws({ FilterLogEvents: answer })
  const logs = new CloudWatchLogsClient(await aws.start())
  return logLines(logs, serviceLogGroup('dev', 'shop', 'web'), 5, only)
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
      { pattern: 'error', until: 9, instance: 'i-1' },
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
      logStreamNames: ['i-1'],
      endTime: 8,
    })
  })

  it('are read up to a number of pages, and then it is said that there are more', async () => {
    aws = new CannedAws({ FilterLogEvents: [{ nextToken: 'a' }, { nextToken: 'b' }, {}] })
    const logs = new CloudWatchLogsClient(await aws.start())
    expect(await someLines(logs, 'g', 5, {}, 2)).toEqual({ lines: [], more: true })
    expect(await someLines(logs, 'g', 5, {}, 2)).toEqual({ lines: [], more: false })
  })

  it('are none where nobody has written yet', async () => {
    expect(await read({ error: 'ResourceNotFoundException' })).toEqual([])
  })

  it('of a function lie where Lambda puts them', () => {
    expect(functionLogGroup('dev', 'register')).toBe('/aws/lambda/nanofleet-dev-register')
  })
})

describe('the last lines of a log', () => {
  const line = (at: number) => ({ id: `${at}`, at, instance: 'i-1', service: 'web', text: `${at}` })
  const NOW = Date.parse('2026-01-31T12:00:00Z')
  const MINUTE = 60_000
  const looked = async (ages: number[], count: number, since = 0) => {
    const looks: [number, number][] = []
    const lines = ages.map((age) => line(NOW - age * MINUTE)).sort((a, b) => a.at - b.at)
    const read = async (from: number, until: number) => {
      looks.push([from, until])
      return lines.filter(({ at }) => at >= from && at < until)
    }
    const found = await lastLines(read, count, { since, now: NOW })
    return { found: found.map(({ at }) => (NOW - at) / MINUTE), looks }
  }

  it.each([
    [[0, 1, 2, 3], 2, 0, [1, 0]],
    [[60 * 24 * 365], 5, 0, [60 * 24 * 365]],
    [[1, 5, 100], 5, NOW - 10 * MINUTE, [5, 1]],
    [[], 3, 0, []],
  ])('of lines %j minutes old are the %d newest since %d, oldest first', async (ages, count, since, last) => {
    expect((await looked(ages, count, since)).found).toEqual(last)
  })

  it('are looked for from now back, each moment once, in few looks', async () => {
    const { looks } = await looked([], 1)
    for (const [index, [from]] of looks.entries()) expect(looks[index + 1]?.[1] ?? 0).toBe(from)
    expect(looks.length).toBeLessThan(16)
  })

  it('say whether an instance has ever written', async () => {
    aws = new CannedAws({ DescribeLogStreams: { logStreams: [{ logStreamName: 'i-1a' }] } })
    const logs = new CloudWatchLogsClient(await aws.start())
    expect(await Promise.all(['i-1a', 'i-1'].map((id) => hasWritten(logs, 'g', id)))).toEqual([true, false])
  })
})

describe('following a log', () => {
  const line = (id: string, at: number) => ({ id, at, instance: 'i-1', service: 'web', text: id })

  it('shows a line once, also when looks overlap or it comes late', () => {
    const fresh = freshLines<ReturnType<typeof line>>()
    expect(fresh([line('a', 10), line('c', 12)], 0).map(({ id }) => id)).toEqual(['a', 'c'])
    expect(fresh([line('a', 10), line('b', 11), line('c', 12)], 5).map(({ id }) => id)).toEqual(['b'])
    expect(fresh([line('c', 12)], 12)).toEqual([])
  })
})
