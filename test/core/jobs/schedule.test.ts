import { describe, expect, it } from '@jest/globals'
import { parseInput } from '../../../core/base/workflow-input.ts'
import { JobInput } from '../../../core/jobs/job-input.ts'
import { nextRun } from '../../../core/jobs/next-run.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { isTimezone, readWhen } from '../../../core/manifest/schedule.ts'
import { readApp } from '../../../core/template/app-folder.ts'
import { serviceTemplate } from '../../../core/template/service.ts'
import { DEV_STAGE } from '../../../scripts/sample-stages.ts'
import { sampleApp } from '../../apps/apps.ts'

// The refusals are those of "Schedule types in EventBridge Scheduler" and "Setting a schedule pattern for
// scheduled rules (legacy) in Amazon EventBridge"; the sentences are ours.
describe('when a schedule runs', () => {
  it.each([
    ['every hour', /must be rate\(1 hour\) or cron/],
    ['rate(0 minutes)', /whole number above 0/],
    ['rate(1.5 hours)', /whole number/],
    ['rate(5 seconds)', /minutes, hours or days/],
    ['rate(1 hours)', /write rate\(1 hour\)/],
    ['rate(5 minute)', /write rate\(5 minutes\)/],
    ['cron()', /six fields.*this has 0/],
    ['cron(0 3 * * ?)', /six fields.*this has 5/],
    ['cron(0 3 * * * *)', /one of day-of-month and day-of-week must be \?/],
    ['cron(0 3 1 * MON *)', /must be \?/],
    ['cron(0 3 ? * ? *)', /only one of .* may be \?/],
    ['cron(60 3 * * ? *)', /"60" does not fit minutes, which takes 0 to 59/],
    ['cron(0 24 * * ? *)', /hours/],
    ['cron(0 3 32 * ? *)', /day-of-month/],
    ['cron(0 3 * 13 ? *)', /month/],
    ['cron(0 3 ? * 0 *)', /day-of-week, which takes 1 to 7/],
    ['cron(0 3 ? * MOO *)', /"MOO" does not fit day-of-week/],
    ['cron(0 3 * * ? 1969)', /year/],
    ['cron(0/0 3 * * ? *)', /minutes/],
    ['cron(5-1 3 * * ? *)', /minutes/],
    ['cron(0 3 ? * 2#6 *)', /day-of-week/],
  ])('is refused as %s', (text, words) => {
    expect(readWhen(text)).toMatch(words)
  })

  it.each([
    ['rate(1 hour)', 3600],
    ['rate(5 minutes)', 300],
    ['rate(7 days)', 604_800],
  ])('is every so often for %s', (text, every) => {
    expect(readWhen(text)).toEqual({ every })
    expect(nextRun(text, 'UTC', new Date())).toBeUndefined()
  })

  const AFTER = '2026-01-31T12:00:30Z' // a Saturday
  it.each([
    ['cron(* * * * ? *)', 'UTC', AFTER, '2026-01-31T12:01:00Z'],
    ['cron(0/15 8-17 ? * MON-FRI *)', 'UTC', AFTER, '2026-02-02T08:00:00Z'],
    ['cron(0 3 * * ? *)', 'Europe/Paris', AFTER, '2026-02-01T02:00:00Z'],
    ['cron(0 3 * * ? *)', 'Asia/Kolkata', AFTER, '2026-01-31T21:30:00Z'],
    ['cron(0 0 L * ? *)', 'UTC', AFTER, '2026-02-28T00:00:00Z'],
    ['cron(0 9 LW * ? *)', 'UTC', AFTER, '2026-02-27T09:00:00Z'],
    ['cron(0 9 15W * ? *)', 'UTC', AFTER, '2026-02-16T09:00:00Z'],
    ['cron(0 9 1W 8 ? *)', 'UTC', AFTER, '2026-08-03T09:00:00Z'],
    ['cron(0 9 ? * FRI#3 *)', 'UTC', AFTER, '2026-02-20T09:00:00Z'],
    ['cron(0 9 ? * 6L *)', 'UTC', AFTER, '2026-02-27T09:00:00Z'],
    ['cron(0 9 ? * FRI-MON *)', 'UTC', '2026-02-02T10:00:00Z', '2026-02-06T09:00:00Z'],
    ['cron(0 9 29 2 ? *)', 'UTC', AFTER, '2028-02-29T09:00:00Z'],
    ['cron(30 9 1 1,7 ? 2027-2030)', 'UTC', AFTER, '2027-01-01T09:30:00Z'],
    // Clocks jump from 2 to 3 on 29 March 2026 in Paris, and back from 3 to 2 on 25 October.
    ['cron(30 2 * * ? *)', 'Europe/Paris', '2026-03-28T12:00:00Z', '2026-03-30T00:30:00Z'],
    ['cron(30 2 * * ? *)', 'Europe/Paris', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00Z'],
  ])('is for %s in %s after %s at %s', (text, timezone, after, at) => {
    expect(nextRun(text, timezone, new Date(after))?.toISOString()).toBe(new Date(at).toISOString())
  })

  it('is never again for a year that is over', () => {
    expect(nextRun('cron(0 3 1 1 ? 2020)', 'UTC', new Date(AFTER))).toBeUndefined()
  })

  it.each([
    ['Europe/Paris', true],
    ['UTC', true],
    ['Europe/Pariss', false],
    ['+02:00', false],
  ])('is in the time zone %s: %s', (name, known) => {
    expect(isTimezone(name)).toBe(known)
  })
})

describe('a schedule in a manifest', () => {
  const manifest = (schedule: string) =>
    `app: shop\nservices:\n  web: {source: apps/web, schedule: ${schedule}}\n`
  const bundle = (schedule: string) =>
    sampleApp('shop', `services:\n  web: {source: apps/web, schedule: ${schedule}}\n`, {
      'web/config.json': '{"Program": "/usr/local/bin/node"}',
    })

  it('starts the workflow with its arguments, in its time zone, until the stack goes', () => {
    const app = bundle(
      '{when: "cron(0 3 * * ? *)", timezone: Europe/Paris, args: [daily, "a b"], timeout: 60}',
    )
    const { Resources } = serviceTemplate({ bundle: app, service: 'web', stage: DEV_STAGE })
    expect(Resources.Schedule).toMatchObject({
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'cron(0 3 * * ? *)',
        ScheduleExpressionTimezone: 'Europe/Paris',
        FlexibleTimeWindow: { Mode: 'OFF' },
      },
    })
    const target = Resources.Schedule?.Properties?.Target as { Input: string; Arn: unknown; RoleArn: unknown }
    expect(parseInput('job', JobInput, JSON.parse(target.Input))).toEqual({
      app: 'shop',
      service: 'web',
      args: ['daily', 'a b'],
      timeoutSeconds: 60,
      scheduled: true,
    })
    expect(JSON.stringify([target.Arn, target.RoleArn])).toMatch(
      /stateMachine:nanofleet-dev-job.*role\/nanofleet-dev-schedules/,
    )
  })

  it('is in UTC for an hour when it says nothing else', () => {
    expect(parseManifest(manifest('rate(1 hour)'), 'app.yml').services.web?.schedule).toEqual({
      when: 'rate(1 hour)',
      timezone: 'UTC',
      args: [],
      timeout: 3600,
    })
  })

  it.each([
    ['cron(0 3 * * * *)', /services\.web\.schedule: "cron\(0 3 \* \* \* \*\)": one of day-of-month/],
    [
      '{when: rate(1 hour), timezone: Europe/Pariss}',
      /timezone: "Europe\/Pariss" is not in the time zone database/,
    ],
    ['{when: rate(1 hour), timeout: 5}', /below 10 seconds/],
    ['{every: rate(1 hour)}', /schedule/],
  ])('is refused as %s', (schedule, words) => {
    expect(() => parseManifest(manifest(schedule), 'app.yml')).toThrow(words)
  })

  it('is refused for a program that takes no arguments', () => {
    const files = new Map([
      ['app.yml', manifest('rate(1 hour)')],
      ['web/config.json', '{"Program": "/app/program"}'],
    ])
    expect(() => readApp('shop', files)).toThrow(/services\.web: only programs of Node get a loader/)
  })
})
