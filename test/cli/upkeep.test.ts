import { describe, expect, it } from '@jest/globals'
import { driftText } from '../../cli/commands/drift.ts'
import { isWell, reportText } from '../../cli/commands/reconcile.ts'
import { deadLettersText, says } from '../../cli/text/letter-text.ts'
import { readable } from '../../cli/text/log-text.ts'
import { stateChange, terminating } from '../model/model-fleet.ts'
import { CALM as ROUND } from '../support/calm-report.ts'

const CALM = { ...ROUND, sick: [] }
const SICK = {
  instanceId: 'i-1',
  group: 'nanofleet-dev-web-web',
  seconds: 90,
  output: 'HTTP 503',
}

describe('drift in words', () => {
  it('is a line per entry with the reason, and how much was seen', () => {
    const entry = {
      instanceId: 'i-1',
      id: 'i-1:web',
      change: 'register',
      server: 'i-9',
      reason: 'it is missing',
    }
    const drift = {
      instances: 5,
      servers: 3,
      entries: [{ ...entry, change: 'register' as const }],
      problems: [],
      sick: [],
    }
    expect(driftText(drift).split('\n')).toEqual([
      'instance  entry    to do     server  why',
      'i-1       i-1:web  register  i-9     it is missing',
      '1 entry differs: 5 instances, 3 of them Consul servers.',
    ])
  })

  it.each([
    [{ instances: 5, servers: 3, entries: [], problems: [], sick: [] }, /^The catalog says what EC2/],
    [{ instances: 2, servers: 0, entries: [], problems: [], sick: [] }, /^No Consul server runs/],
    [
      { instances: 5, servers: 3, entries: [], problems: ['no answer'], sick: [] },
      /^not compared: no answer\n0 entries/,
    ],
  ])('of %j is one sentence', (drift, sentence) => {
    expect(driftText(drift)).toMatch(sentence)
  })
})

describe('a round in words', () => {
  it('is what differed and what was done about it', () => {
    expect(reportText({ ...CALM, drift: 2, registered: 1, removed: 1 })).toBe(
      '5 instances, 3 of them Consul servers: 2 differed\n  1 registered, 1 removed, 0 put into maintenance',
    )
    expect(isWell(CALM)).toBe(true)
  })

  it.each<[Partial<Parameters<typeof isWell>[0]>, RegExp]>([
    [
      { sick: [{ ...SICK, verdict: 'hold', reason: 'Consul has no leader' }] },
      /sick: i-1 of nanofleet-dev-web-web for 90 s, not replaced, a person should look: Consul has no leader; its check says: HTTP 503$/,
    ],
    [{ leader: null }, /Consul has no leader/],
    [{ held: 6 }, /held back: 6 removals/],
    [{ waiting: ['i-1'] }, /waits: i-1/],
    [{ failed: [{ instanceId: 'i-1', problem: 'refused' }] }, /failed: i-1: refused/],
    [{ problems: ['/nanofleet/dev/web/web/consul is no definition'] }, /not compared: \/nanofleet/],
  ])('is not well with %j and says so', (left, line) => {
    expect(isWell({ ...CALM, ...left })).toBe(false)
    expect(reportText({ ...CALM, ...left })).toMatch(line)
  })

  it('is well while it replaces what is sick, and says so', () => {
    const sick = [{ ...SICK, verdict: 'replace' as const, reason: 'it does not pass as web', output: '' }]
    expect(isWell({ ...CALM, sick })).toBe(true)
    expect(reportText({ ...CALM, sick })).toMatch(/given back to its group: it does not pass as web$/)
    const drift = { instances: 5, servers: 3, entries: [], problems: [], sick }
    expect(driftText(drift).split('\n')).toHaveLength(2)
  })

  it('is well where no Consul server runs', () => {
    expect(isWell({ ...CALM, servers: 0, leader: null })).toBe(true)
  })
})

describe('a dead letter in words', () => {
  it.each([
    [stateChange({ id: 'i-0a' }, 'running'), 'i-0a is running'],
    [terminating({ id: 'i-0a' }), 'i-0a is to go: its group terminates it'],
    [{ hello: 1 }, expect.stringMatching(/^the queue holds a message that is not an event.* "\{\\"hello/)],
  ])('%j', (body, words) => {
    expect(says(JSON.stringify(body))).toEqual(words)
  })

  it('has its age beside it', () => {
    const letters = [{ id: '1', sentAt: new Date(0), body: '', says: 'i-1 is running' }]
    expect(deadLettersText(letters, new Date(125_000)).split('\n')[1]).toBe(
      '1970-01-01 00:00:00  2 min 5 s  i-1 is running',
    )
    expect(deadLettersText([], new Date())).toBe('No dead letters.')
  })
})

describe('a line of a function', () => {
  const context = { timestamp: '', service: 'nanofleet-dev', cold_start: true, function_request_id: 'r' }

  it.each([
    [
      {
        level: 'INFO',
        message: 'round',
        ...context,
        result: { registered: 1, waiting: [], leader: null },
        ms: 9,
      },
      'INFO round registered=1 leader=null ms=9',
    ],
    [
      { level: 'ERROR', message: 'EC2 is throttled', ...context, error: 'ServiceFailure', problems: ['a b'] },
      'ERROR EC2 is throttled error=ServiceFailure problems=["a b"]',
    ],
    [
      { _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: 'Drift' }] }] }, service: 'nanofleet-dev', Drift: 0 },
      'METRICS Drift=0',
    ],
    [{ level: 30, msg: 'of a service' }, '{"level":30,"msg":"of a service"}'],
  ])('%j reads %s', (line, text) => {
    expect(readable(JSON.stringify(line))).toBe(text)
  })

  it('that is not JSON stays as it is', () => {
    expect(readable('{ not json')).toBe('{ not json')
    expect(readable('START RequestId: r')).toBe('START RequestId: r')
  })
})
