import { type CheckedStep, checkService, type HealthPorts, isMemory } from './check-service.ts'
import type { ServiceTarget } from './deploy-plan.ts'
import { CLOSE_SECONDS, closePause, type Memory } from './health.ts'

/** What is needed besides the fleet: the time, a way to let some pass, and who asks. */
export interface Watch {
  now(): Date
  sleep(seconds: number): Promise<unknown>
  /**
   * Whether the run that asks still goes on. Stopping an execution does not stop its function, which must not
   * undo what puts things back meanwhile.
   */
  isWanted(): Promise<boolean>
}

/** How a service is doing when it is left to the workflow. */
export interface Advance {
  step: Extract<CheckedStep, { action: 'done' | 'wait' | 'doomed' }>
  memory: Memory | Record<string, never>
  /** Whether the group was asked for anything. */
  changed: boolean
}

/** Seconds of close looks in one call, however many steps are taken: well below the timeout of a function. */
const MOST_SECONDS = 20

/**
 * Brings a service closer to its target, step by step. It looks closely for some seconds after each step, and
 * after each newly healthy instance: most are healthy by then, a workflow can only wait whole seconds, and
 * each of its rounds costs three state transitions. The close looks count as the same number of checks a
 * second apart.
 * @param group name of its Auto Scaling group
 * @param last what the previous call handed on; empty for the first
 * @throws whatever a look or a step throws before anything has changed
 */
export async function advanceService(
  ports: HealthPorts,
  group: string,
  target: ServiceTarget,
  last: Memory | Record<string, never>,
  { now, sleep, isWanted }: Watch,
): Promise<Advance> {
  const seconds = () => now().getTime() / 1000
  const begin = seconds()
  let close = begin + (!isMemory(last) || last.checks === 0 ? CLOSE_SECONDS : 0)
  let memory = last
  let changed = false
  for (;;) {
    const began = now()
    try {
      const checked = await checkService(ports, group, target, memory, began)
      const better = checked.memory.bestAt !== (isMemory(memory) ? memory.bestAt : checked.memory.bestAt)
      memory = checked.memory
      const { step } = checked
      if (step.action === 'done' || step.action === 'doomed') return { step, memory, changed }
      if (step.action !== 'wait') {
        if (!(await isWanted())) return { step: STOPPED, memory, changed }
        for (const ask of requests(ports, group, step)) {
          await ask()
          changed = true
        }
      }
      if (step.action !== 'wait' || better) close = Math.min(seconds() + CLOSE_SECONDS, begin + MOST_SECONDS)
      const pause = closePause((now().getTime() - began.getTime()) / 1000)
      if (seconds() + pause > close) return { step: toWait(step), memory, changed }
      await sleep(pause)
      // Counted as that many looks a second apart, so that the workflow's waits continue from there.
      if (step.action === 'wait') memory = { ...checked.memory, checks: CLOSE_SECONDS }
    } catch (error) {
      if (!changed) throw error
      // An error would hide the change from the workflow; if the problem lasts, the next call meets it too.
      return { step: { action: 'wait', why: String(error), seconds: 1 }, memory, changed }
    }
  }
}

/** Nobody reads it: the execution is over. */
const STOPPED = { action: 'wait', why: 'the run was stopped', seconds: 1 } as const

type Change = Extract<CheckedStep, { action: 'set' | 'retire' | 'end' | 'replace' }>

/** Time is up for this call; the next one goes on. */
const toWait = (step: CheckedStep & { why: string }) => ({ seconds: 1, ...step, action: 'wait' as const })

/**
 * A step's requests to the group, one after the other: Auto Scaling sometimes refuses two simultaneous
 * changes to one group.
 */
const requests = ({ fleet }: HealthPorts, group: string, step: Change): (() => Promise<void>)[] =>
  step.action === 'set'
    ? [() => fleet.setDesired(group, step.desired)]
    : step.instances.map((instance) => () => fleet[step.action](instance))
