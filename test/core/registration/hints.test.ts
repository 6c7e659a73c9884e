import { describe, expect, it } from '@jest/globals'
import {
  againMessage,
  drainedMessage,
  type Hint,
  readHint,
  type StateHint,
  stillLeavingMessage,
  UnknownMessage,
} from '../../../core/registration/hints.ts'

const at = '2026-01-01T00:00:00Z'
const lifecycle = { group: 'g', hook: 'h', token: 't', instanceId: 'i-0a' }
const detail = {
  AutoScalingGroupName: 'g',
  LifecycleHookName: 'h',
  LifecycleActionToken: 't',
  EC2InstanceId: 'i-0a',
}
const event = (type: string, of: object, time?: string) =>
  JSON.stringify({ 'detail-type': type, detail: of, time })

describe('an event', () => {
  it.each<[string, object, string | undefined, Hint]>([
    [
      'EC2 Instance State-change Notification',
      { 'instance-id': 'i-0a', state: 'running' },
      at,
      { kind: 'state', instanceId: 'i-0a', state: 'running', attempt: 0, at },
    ],
    [
      'EC2 Instance State-change Notification',
      { 'instance-id': 'i-0a', state: 'stopped' },
      undefined,
      { kind: 'state', instanceId: 'i-0a', state: 'stopped', attempt: 0 },
    ],
    [
      'EC2 Spot Instance Interruption Warning',
      { 'instance-id': 'i-0a' },
      at,
      { kind: 'leaving', instanceId: 'i-0a', reason: 'EC2 takes the spot instance back' },
    ],
    [
      'EC2 Instance Rebalance Recommendation',
      { 'instance-id': 'i-0a' },
      at,
      { kind: 'leaving', instanceId: 'i-0a', reason: `EC2 recommends to replace the spot instance, ${at}` },
    ],
    [
      'EC2 Instance-terminate Lifecycle Action',
      detail,
      at,
      { kind: 'leaving', instanceId: 'i-0a', reason: 'its group terminates it', lifecycle, attempt: 0 },
    ],
  ])('%s is understood: %j', (type, of, time, hint) => {
    expect(readHint(event(type, of, time))).toStrictEqual(hint)
  })

  it.each([
    [
      'of another type',
      event('Something Else', {}),
      /^the queue holds an event of the type "Something Else", which no rule sends$/,
    ],
    ['that is not JSON', 'hello', /not an event/],
    [
      'without an instance',
      event('EC2 Spot Instance Interruption Warning', {}),
      /cannot be read: instance-id: is missing$/,
    ],
    [
      'with a bad instance id',
      event('EC2 Spot Instance Interruption Warning', { 'instance-id': 'x' }),
      /must be an instance id/,
    ],
    [
      'with an unknown state',
      event('EC2 Instance State-change Notification', { 'instance-id': 'i-0a', state: 'x' }),
      /cannot be read: state: "x" is unknown$/,
    ],
  ])('%s is refused', (_what, body, words) => {
    expect(() => readHint(body)).toThrow(UnknownMessage)
    expect(() => readHint(body)).toThrow(words)
  })
})

describe('a message to itself', () => {
  it('comes back as what it was sent for', () => {
    expect(readHint(drainedMessage(lifecycle))).toEqual({ kind: 'drained', instanceId: 'i-0a', lifecycle })
    expect(readHint(stillLeavingMessage(lifecycle, 3))).toEqual({
      kind: 'leaving',
      instanceId: 'i-0a',
      reason: 'it still holds entries',
      lifecycle,
      attempt: 3,
    })
  })

  it('counts the looks, and remembers since when and whether EC2 showed the instance', () => {
    const hint: StateHint = { kind: 'state', instanceId: 'i-0a', state: 'running', attempt: 1 }
    expect(readHint(againMessage(hint))).toEqual({ ...hint, attempt: 2 })
    expect(readHint(againMessage({ ...hint, unseen: true, at }))).toEqual({
      ...hint,
      attempt: 2,
      unseen: true,
      at,
    })
    expect(readHint(againMessage({ ...hint, unseen: false }))).toEqual({ ...hint, attempt: 2 })
  })
})
