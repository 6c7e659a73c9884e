import { type Instance, isRunning, isServer, isService } from '../base/instances.ts'
import { longer } from './advice.ts'
import { type Departure, type Hint, isDeparture, type StateHint } from './hints.ts'

type LeavingHint = Extract<Hint, { kind: 'leaving' }>

/** What a batch of hints and one look at EC2 amount to. */
export interface Belief {
  instances: Instance[]
  /** Instances that EC2 does not show in the fleet and that an event says are gone for good. */
  gone: Instance[]
  /** Running instances that were told to go. */
  leaving: Map<string, string>
  /** Instances that EC2 does not show the way their event said: its reads lag behind its events. */
  lagging: Set<string>
  /** Orders to drain of instances that are in the fleet. */
  drains: Departure[]
  /** A Consul server came or went: owners change. */
  serversChanged: boolean
}

/** An instance never leaves these, so the event is as good as a read. */
const FINAL = new Set(['shutting-down', 'terminated'])

/**
 * Weighs hints against what EC2 shows. EC2 wins, except for final states and orders to go. An instance that
 * EC2 does not show is foreign, or gone.
 */
export function believe(hints: Hint[], seen: Instance[]): Belief {
  const shown = new Map(seen.map((instance) => [instance.id, instance]))
  const states = hints.filter((hint) => hint.kind === 'state')
  const orders = hints.filter((hint) => hint.kind === 'leaving')
  const final = new Map(
    states.filter((hint) => FINAL.has(hint.state)).map((hint) => [hint.instanceId, hint.state]),
  )
  const instances = seen.map((instance) => ({ ...instance, state: final.get(instance.id) ?? instance.state }))
  const running = new Set(instances.filter(isRunning).map((instance) => instance.id))
  return {
    instances,
    gone: [...final].filter(([id]) => !shown.has(id)).map(([id, state]) => departed(id, state)),
    leaving: reasons(orders.filter(({ instanceId }) => running.has(instanceId))),
    lagging: new Set(
      states
        .filter((hint) => lags(hint, shown.get(hint.instanceId)))
        .map((hint) => hint.instanceId)
        .filter((id) => !final.has(id)),
    ),
    drains: orders.filter(isDeparture).filter((order) => shown.has(order.instanceId)),
    serversChanged: hints.some((hint) => {
      const instance = shown.get(hint.instanceId)
      return hint.kind === 'state' && instance !== undefined && isServer(instance)
    }),
  }
}

/** Of two reasons to go, the one that lasts longer. */
function reasons(orders: LeavingHint[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const { instanceId, reason } of orders)
    found.set(instanceId, longer(found.get(instanceId) ?? reason, reason))
  return found
}

function lags(hint: StateHint, instance: Instance | undefined): boolean {
  if (!instance || !isService(instance)) return false
  if (hint.state === 'running') return instance.state === 'pending' || instance.state === 'stopped'
  return (hint.state === 'stopping' || hint.state === 'stopped') && instance.state === 'running'
}

const departed = (id: string, state: Instance['state']): Instance => ({
  id,
  state,
  address: '',
  vpcId: '',
  tags: {},
})
