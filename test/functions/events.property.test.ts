import { describe, expect, it } from '@jest/globals'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import fc from 'fast-check'
import { handler as reconcile } from '../../functions/reconcile.ts'
import { handler as register } from '../../functions/register.ts'
import { ModelFleet } from '../model/model-fleet.ts'
import { lambdaContext } from '../support/lambda-context.ts'
import { printed } from '../support/printed.ts'
import { fitting, matches, type Pattern, patterns } from './rule-patterns.ts'

type Json = Record<string, unknown>

const rules = patterns()
const rule = (name: string): Pattern => rules.get(name) ?? {}
/** What each rule sends to the queue; an instance of ours is put in the place of OURS. */
const OURS = 'i-0a1b2c'
const id = fc.constantFrom(OURS, OURS, OURS, 'i-0dead', 'i-', 'I-0A', '', 7, null, [OURS], {})
const word = fc.oneof(fc.string({ maxLength: 9 }), fc.constantFrom(null, 0, -3, 1.5, 1e300, true, [], {}))
const time = fc.oneof(
  fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01', 'now', '', 5, null, '9999-99-99T00:00:00Z'),
  word,
)
const some = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Json> =>
  fc.record(fields, { requiredKeys: [] })

const around = some({ version: word, id: word, account: word, time, region: word, resources: word })
const about = some({
  'instance-id': id,
  'instance-action': word,
  attempt: word,
  unseen: word,
  EC2InstanceId: id,
  LifecycleHookName: word,
  LifecycleActionToken: word,
})
/** Events that the rule lets through: whole ones as a rule, and some that lack or spoil something. */
const eventsOf = (name: string): fc.Arbitrary<Json> =>
  fc
    .tuple(around, about, fitting(rule(name)), fc.oneof(fc.constant(undefined), word))
    .map(([envelope, more, fits, odd]) => {
      const detail = 'detail' in rule(name) || odd === undefined ? { ...more, ...Object(fits.detail) } : odd
      return { ...envelope, ...fits, detail }
    })
    .filter((event) => matches(rule(name), event))

const toQueue = ['InstanceStates', 'SpotWarnings', 'Terminations']
const anyEvent = fc.oneof(...toQueue.map(eventsOf))

/** What else may lie in the queue, no matter who sent it. */
const rubbish = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .record({ 'detail-type': fc.constantFrom('constructor', '__proto__', 'x'), detail: fc.object() })
    .map((value) => JSON.stringify(value)),
)

const asBatch = (bodies: string[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({ messageId: `m${index}`, body }) as SQSRecord),
})

/** Delivers a batch to `register` in a fleet that has one instance of ours, running. */
async function delivered(bodies: (instanceId: string) => string[]) {
  const fleet = new ModelFleet()
  fleet.server()
  const instance = fleet.service()
  const handler = register.wired(() => fleet.parts())
  const given = bodies(instance.id)
  let failed: string[] = []
  const { lines, metrics } = await printed(async () => {
    const answer = await handler(asBatch(given), lambdaContext)
    failed = answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
  })
  const problems = lines.flatMap(({ result }) => (result as { problems: string[] }).problems)
  return { fleet, instance, failed, problems, metrics }
}

/** Says in words of ours what cannot be read, in one line. */
const CLEAR = /^the queue holds (an event|a message) [^\n]+$/
const UNCLEAR = /undefined|\[object|NaN|Invalid input|expected|"code"/

describe('an event that a rule lets through', () => {
  it('is read by patterns that are those of the rules', () => {
    expect([...rules.keys()].sort()).toEqual([
      'DefinitionChanges',
      'InstanceStates',
      'SpotWarnings',
      'Terminations',
    ])
  })

  it('is acted on, or refused in one clear sentence and delivered again, whatever is wrong with it', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvent, async (event) => {
        const { fleet, instance, failed, problems, metrics } = await delivered((own) => [
          JSON.stringify(event).replaceAll(OURS, own),
        ])
        expect(problems).toHaveLength(failed.length)
        for (const problem of problems) {
          expect(problem).toMatch(CLEAR)
          expect(problem).not.toMatch(UNCLEAR)
        }
        for (const { delaySeconds } of fleet.sent)
          expect(Number.isInteger(delaySeconds) && delaySeconds >= 0).toBe(true)
        for (const { RegistrationLatency = 0 } of metrics)
          expect(RegistrationLatency).toEqual(expect.any(Number))
        if (failed.length > 0) return
        // Nothing is lost: what it says of our instance is in the catalog, or will be looked at again.
        const detail = Object(event.detail)
        if (detail['instance-id'] === OURS && detail.state === 'running')
          expect(fleet.catalog.found('web')).toEqual([instance.id])
        if (detail['instance-id'] === OURS && detail.state === 'terminated')
          expect(fleet.catalog.found('web')).toEqual([])
        if (detail.EC2InstanceId === OURS && matches(rule('Terminations'), event))
          expect(fleet.completed.length + fleet.sent.length).toBeGreaterThan(0)
      }),
      { numRuns: 250 },
    )
  })

  it('holds up no other in its batch', async () => {
    const whole = { 'detail-type': 'EC2 Instance State-change Notification', source: 'aws.ec2' }
    await fc.assert(
      fc.asyncProperty(fc.array(rubbish, { maxLength: 4 }), async (others) => {
        const { fleet, instance, failed, problems } = await delivered((own) => [
          ...others,
          JSON.stringify({ ...whole, detail: { 'instance-id': own, state: 'running' } }),
        ])
        expect(failed).toEqual(others.map((_, index) => `m${index}`))
        expect(problems).toHaveLength(others.length)
        for (const problem of problems) expect(problem).toMatch(CLEAR)
        expect(fleet.catalog.found('web')).toEqual([instance.id])
      }),
      { numRuns: 100 },
    )
  })

  it('of Parameter Store begins a round, whatever else is in it', async () => {
    await fc.assert(
      fc.asyncProperty(eventsOf('DefinitionChanges'), async (event) => {
        const fleet = new ModelFleet()
        fleet.server()
        const { id: own } = fleet.service()
        const handler = reconcile.wired(() => ({ ...fleet.parts(), held: fleet.held }))
        await printed(() => handler(event, lambdaContext))
        expect(fleet.catalog.found('web')).toEqual([own])
      }),
      { numRuns: 50 },
    )
  })
})
