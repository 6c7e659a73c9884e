import { TAG } from '../../core/base/names.ts'
import { tagsOf } from './definitions.ts'
import type { Arrival, Change, Launch, Move } from './happenings.ts'
import { type LaggingEc2, type Machine, truth } from './lagging-ec2.ts'
import { recommendation, stateChange, terminating } from './model-fleet.ts'

/** What changes need from a world. */
export interface Changing {
  ec2: LaggingEc2
  /** Instances of services that exist. */
  services: Machine[]
  /** Instances that were told to go. */
  told: Set<string>
  /** Instances that EC2 recommended to replace. */
  advised: Set<string>
  /** The current time. */
  date: Date
  queue: { push(body: string): unknown }
  deliver(bodies: string[], open: boolean): Promise<void>
}

/** Instances of services start; one whose event is lost is still pending. */
export async function launch(world: Changing, { service, count, tagged, event }: Launch): Promise<void> {
  for (let index = 0; index < count; index++) {
    const tags = tagged ? tagsOf(service) : { role: 'service' }
    const machine = world.ec2.launch(tags, event !== 'lost' ? 'running' : 'pending')
    await tell(world, stateChange(machine, 'running'), event)
  }
}

/** The state that the change leads to, if it is possible. */
const STATES: Partial<Record<Change, (state: string) => 'running' | 'stopped' | 'terminated' | undefined>> = {
  run: (state) => (state === 'pending' || state === 'stopped' ? 'running' : undefined),
  stop: (state) => (state === 'running' ? 'stopped' : undefined),
  terminate: (state) => (state === 'terminated' ? undefined : 'terminated'),
}

/** Something happens to an instance of a service. */
export async function change(world: Changing, { which, to, event }: Move): Promise<void> {
  const { services } = world
  const machine = services[which % Math.max(1, services.length)]
  if (!machine) return
  const { state, tags } = truth(machine)
  const become = async (next: 'running' | 'stopped' | 'terminated', arrival: Arrival): Promise<void> => {
    world.ec2.change(machine, { state: next })
    await tell(world, stateChange(machine, next), arrival)
  }
  const next = STATES[to]?.(state)
  if (next) await become(next, event)
  if (to === 'restart' && state === 'running') {
    await become('stopped', event)
    await become('running', 'at once')
  }
  if (to === 'drain' && state === 'running') {
    world.told.add(machine.id)
    await tell(world, terminating(machine), event)
  }
  // EC2 takes back a spot instance: the recommendation comes first, the order soon after.
  if ((to === 'advise' || to === 'take') && state === 'running') {
    world.advised.add(machine.id)
    await tell(world, recommendation(machine, world.date), event)
  }
  if (to === 'take' && state === 'running') {
    world.told.add(machine.id)
    await tell(world, terminating(machine), event)
  }
  if (to === 'forget' && state === 'terminated') machine.forgotten = true
  if (to === 'untag') world.ec2.change(machine, { tags: { role: 'service' } })
  if (to === 'tag' && !tags[TAG.kind]) world.ec2.change(machine, { tags: tagsOf(which % 3) })
  if (to === 'retag' && tags[TAG.kind]) world.ec2.change(machine, { tags: tagsOf((which + 1) % 3) })
}

/** An event from EC2 or a group: lost, on its way, or delivered at once. */
export async function tell(world: Changing, message: object, event: Arrival): Promise<void> {
  const body = JSON.stringify(message)
  if (event === 'at once') await world.deliver([body], false)
  if (event === 'once' || event === 'twice') world.queue.push(body)
  if (event === 'twice') world.queue.push(body)
}
