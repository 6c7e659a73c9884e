import * as z from 'zod'
import { NanofleetError } from '../base/errors.ts'
import type { InstanceState } from '../base/instances.ts'
import { schemaProblems } from '../base/schema-problems.ts'
import { advice } from './advice.ts'

/** A message in the queue that is not an event this function knows. */
export class UnknownMessage extends NanofleetError {}

/** What CompleteLifecycleAction wants to hear (EC2 Auto Scaling User Guide, "Lifecycle hooks"). */
export interface LifecycleAction {
  group: string
  hook: string
  token: string
  instanceId: string
}

/**
 * What an event says about an instance. Events may be lost, late, repeated or out of order, so a hint only
 * says where to look. Exceptions are final states, and orders to go, which EC2's state does not show.
 */
export type Hint =
  | StateHint
  | { kind: 'leaving'; instanceId: string; reason: string }
  | Departure
  | { kind: 'drained'; instanceId: string; lifecycle: LifecycleAction }

/** A group wants to terminate the instance and waits until it is told to go on. */
export interface Departure {
  kind: 'leaving'
  instanceId: string
  reason: string
  lifecycle: LifecycleAction
  /** How many looks at it there were before. */
  attempt: number
}

export const isDeparture = (hint: Hint): hint is Departure => hint.kind === 'leaving' && 'lifecycle' in hint

export interface StateHint {
  kind: 'state'
  instanceId: string
  state: InstanceState
  /** How many looks there were before. */
  attempt: number
  /** EC2 did not show it in the fleet then, so it may be foreign. */
  unseen?: boolean
  /** When it entered the state, in whole seconds: the `time` of EC2's event. */
  at?: string
}

/** Detail types of messages that the function sends to itself. */
export const AGAIN = 'Nanofleet Look Again'
export const DRAINED = 'Nanofleet Drain Over'
export const STILL_LEAVING = 'Nanofleet Still Leaving'

const instanceId = z.string().regex(/^i-[0-9a-f]+$/, 'must be an instance id')
const states = ['pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped'] as const
/** How many looks there were. */
const looks = z.int('is not a whole number').min(0, 'is below 0').max(100, 'is above 100')
const state = z.object({
  'instance-id': instanceId,
  state: z.enum(states),
  attempt: looks.default(0),
  unseen: z.boolean().optional(),
})
const instance = z.object({ 'instance-id': instanceId })
const moment = z.iso.datetime({ error: 'must have a time' })
const action = z.object({
  AutoScalingGroupName: z.string(),
  LifecycleHookName: z.string(),
  LifecycleActionToken: z.string(),
  EC2InstanceId: instanceId,
})

type Reader = (detail: unknown, time?: unknown) => Hint
const EVENTS: Record<string, Reader> = {
  'EC2 Instance State-change Notification': stateHint,
  [AGAIN]: stateHint,
  'EC2 Spot Instance Interruption Warning': (detail) => ({
    kind: 'leaving',
    instanceId: instance.parse(detail)['instance-id'],
    reason: 'EC2 takes the spot instance back',
  }),
  'EC2 Instance Rebalance Recommendation': (detail, time) => ({
    kind: 'leaving',
    instanceId: instance.parse(detail)['instance-id'],
    reason: advice(moment.parse(time)),
  }),
  'EC2 Instance-terminate Lifecycle Action': (detail) => {
    const lifecycle = lifecycleAction(detail)
    return {
      kind: 'leaving',
      instanceId: lifecycle.instanceId,
      reason: 'its group terminates it',
      lifecycle,
      attempt: 0,
    }
  },
  [STILL_LEAVING]: (detail) => {
    const lifecycle = lifecycleAction(detail)
    const { attempt } = z.object({ attempt: looks }).parse(detail)
    return {
      kind: 'leaving',
      instanceId: lifecycle.instanceId,
      reason: 'it still holds entries',
      lifecycle,
      attempt,
    }
  },
  [DRAINED]: (detail) => {
    const lifecycle = lifecycleAction(detail)
    return { kind: 'drained', instanceId: lifecycle.instanceId, lifecycle }
  },
}

const Envelope = z.object({
  'detail-type': z.string(),
  time: z.unknown().optional(),
  detail: z.unknown().optional(),
})

/**
 * The hint in the body of a queue message.
 * @throws UnknownMessage with one sentence that says what is wrong with it
 */
export function readHint(body: string): Hint {
  const event = readWith(() => Envelope.parse(json(body)), body, 'a message that is not an event')
  const type = event['detail-type']
  if (!Object.hasOwn(EVENTS, type))
    throw new UnknownMessage(
      `the queue holds an event of the type ${JSON.stringify(type)}, which no rule sends`,
    )
  const what = `an event of the type "${type}" that cannot be read`
  return readWith(() => (EVENTS[type] as Reader)(event.detail, event.time), event.detail, what)
}

function readWith<T>(read: () => T, given: unknown, what: string): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause
    const [first] = schemaProblems(cause, given, () => [])
    const place = first && first.path.length > 0 ? `${first.path.join('.')}: ` : ''
    throw new UnknownMessage(`the queue holds ${what}: ${place}${oneLine(first?.problem ?? '')}`, { cause })
  }
}

/** What is no JSON is no object either, and the schema says so. */
function json(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** Without a time that can be read, the event says what it says all the same. */
function stateHint(detail: unknown, time?: unknown): Hint {
  const { 'instance-id': id, state: now, attempt, unseen } = state.parse(detail)
  const at = moment.safeParse(time).data
  const seen = { ...(unseen ? { unseen } : {}), ...(at ? { at } : {}) }
  return { kind: 'state', instanceId: id, state: now, attempt, ...seen }
}

function lifecycleAction(detail: unknown): LifecycleAction {
  const parsed = action.parse(detail)
  return {
    group: parsed.AutoScalingGroupName,
    hook: parsed.LifecycleHookName,
    token: parsed.LifecycleActionToken,
    instanceId: parsed.EC2InstanceId,
  }
}

/** The message that comes back when an instance's drain is over. */
export const drainedMessage = (lifecycle: LifecycleAction): string =>
  JSON.stringify({ 'detail-type': DRAINED, detail: actionDetail(lifecycle) })

/** The message that comes back to check whether a departing Consul server has handed over its entries. */
export const stillLeavingMessage = (lifecycle: LifecycleAction, attempt: number): string =>
  JSON.stringify({ 'detail-type': STILL_LEAVING, detail: { ...actionDetail(lifecycle), attempt } })

const actionDetail = ({ group, hook, token, instanceId: id }: LifecycleAction) => ({
  AutoScalingGroupName: group,
  LifecycleHookName: hook,
  LifecycleActionToken: token,
  EC2InstanceId: id,
})

/** The message that comes back to look again at an instance that EC2 does not show the way its event said. */
export const againMessage = (hint: StateHint): string =>
  JSON.stringify({
    'detail-type': AGAIN,
    time: hint.at,
    detail: {
      'instance-id': hint.instanceId,
      state: hint.state,
      attempt: hint.attempt + 1,
      ...(hint.unseen ? { unseen: true } : {}),
    },
  })
