import { describe, expect, it } from '@jest/globals'
import jsonata from 'jsonata'
import { pause } from '../../core/base/pause.ts'
import { readWorkflows } from '../../scripts/asl.ts'

/** "Step Functions service quotas": events in the history of an execution; it fails at the next one. */
const MOST_EVENTS = 25_000

/** Events of one visit: entered, scheduled, started, succeeded, exited; entered and exited. */
const EVENTS = { Task: 5, Choice: 2, Wait: 2 }
/** A look: a function, a choice, a wait. */
const ROUND = EVENTS.Task + EVENTS.Choice + EVENTS.Wait

/** Looks that fit into a time when the next one comes `seconds(n)` after the n-th. */
function looks(time: number, seconds: (n: number) => number): number {
  let count = 0
  for (let at = 0; at < time; count += 1) at += seconds(count)
  return count
}

const HOURS = 3600
const deploy = readWorkflows().get('deploy.asl.yml') as unknown as {
  TimeoutSeconds: number
  States: Record<string, { Seconds: string }>
}

describe('the history of an execution', () => {
  it('holds the wait for a required app for as long as the workflow may run', async () => {
    const text = deploy.States.WaitForRequiredApp?.Seconds.replace(/^\{%|%\}$/g, '') ?? ''
    const seconds = new Map<number, number>()
    for (let waits = 0; waits < 10_000; waits += 1)
      seconds.set(waits, waits < 100 ? ((await jsonata(text).evaluate({}, { waits })) as number) : 30)
    expect(await jsonata(text).evaluate({}, { waits: 10_000 })).toBe(30)
    const rounds = looks(deploy.TimeoutSeconds, (n) => seconds.get(n) ?? 30)
    expect(rounds * ROUND).toBeLessThan(MOST_EVENTS / 2)
  })

  it('holds fifteen stacks that take two hours each, side by side', () => {
    expect(15 * looks(2 * HOURS, pause) * ROUND).toBeLessThan(MOST_EVENTS)
  })

  it('holds a service that is looked at for as long as the workflow may run', () => {
    const service = readWorkflows().get('service.asl.yml') as unknown as { TimeoutSeconds: number }
    // Every step begins the looks anew: one look a second at first, and a step a minute.
    const perMinute = looks(60, pause)
    expect((service.TimeoutSeconds / 60) * perMinute * ROUND).toBeLessThan(MOST_EVENTS)
  })
})
