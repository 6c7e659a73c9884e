import type { PlanBill } from '../../core/deploy/plan-bill.ts'

/**
 * Reads an execution's history (Step Functions API Reference, "HistoryEvent") as the steps that a person
 * follows.
 */

/** The fields of an event that are read here; the SDK's type fits. */
export interface HistoryItem {
  id?: number | undefined
  previousEventId?: number | undefined
  timestamp?: Date | undefined
  type?: string | undefined
  stateEnteredEventDetails?: { name?: string | undefined; input?: string | undefined } | undefined
  taskSubmittedEventDetails?: { resourceType?: string | undefined; output?: string | undefined } | undefined
  taskSucceededEventDetails?: { resourceType?: string | undefined; output?: string | undefined } | undefined
}

/** One thing that a run did or is doing. */
export interface Step {
  /** Name of the state. */
  name: string
  at: Date
  /** The service concerned, in a state that runs once per service. */
  service?: string
  /** Why, if the workflow says so. */
  reason?: string
  /** ARN of the execution that this step started, if any. */
  child?: string
  /** A deployment failed, and this step begins the way back. */
  undo?: Undo
}

/** The way back of a deployment. */
export interface Undo {
  /** The release that failed, why, and the one that comes back; 0 if there is none. */
  failed: number
  cause: string
  back: number
}

/** A service's execution as the plan of its run announces it. */
export interface PlannedService {
  /** Name of the child execution. */
  execution: string
  service: string
  count: number
  /** The release that its run is to bring back; absent on the way forward. */
  back?: number
}

/** What the last check of a service found. */
export interface Check {
  healthy: number
  /** What it is waiting for or about to do. */
  why: string
}

export interface RunHistory {
  /** In order, each once: a polling loop shows as one step. */
  steps: Step[]
  /**
   * The order in which services start or go, for each plan: a deployment that goes back has two. Empty before
   * the plan is made and for runs without waves.
   */
  plans: PlannedService[][][]
  /** What AWS bills before and after, as the plan of a deployment says. */
  bill?: PlanBill
  /** In a run of the workflow `service`. */
  check?: Check
  /** It has failed and is putting things back, or is freeing its lock. */
  ending?: true
}

/** Tasks that only check whether something is ready, and tell a person nothing. All others are shown. */
export const SILENT: readonly string[] = [
  'CheckAppStack',
  'CheckData',
  'CheckDeletion',
  'CheckInput',
  'CheckPlan',
  'CheckServiceStack',
  'CheckSetAside',
  'CheckTidyAppStack',
  'LookAtJob',
]

/** The states through which every failure goes, and the last one of a run that holds a lock. */
const ENDING = ['ReadProblem', 'FreeLock']

/** What the events so far, oldest first, say about a run. */
export function readHistory(events: readonly HistoryItem[]): RunHistory {
  const found = new Map<string, Step>()
  const stateOf = new Map<number, Step>()
  const history: RunHistory = { steps: [], plans: [] }
  for (const event of events) {
    const entered = enteredTask(event)
    const step = entered ?? stateOf.get(event.previousEventId ?? -1)
    // Every event of a state follows its entry, by one event or by several.
    if (step && event.id !== undefined && !endsState(event)) stateOf.set(event.id, step)
    readAnswer(event, history)
    if (ENDING.includes(event.stateEnteredEventDetails?.name ?? '')) history.ending = true
    if (!step) continue
    const key = `${step.name} ${step.service ?? ''} ${step.undo?.back ?? ''}`
    if (entered && !SILENT.includes(step.name) && !found.has(key)) found.set(key, step)
    const child = childOf(event)
    if (child !== undefined) found.set(child, { ...step, at: event.timestamp ?? step.at, child })
  }
  const starters = new Set([...found.values()].flatMap((step) => (step.child ? [step.name] : [])))
  history.steps = [...found.values()].filter((step) => step.child !== undefined || !starters.has(step.name))
  return history
}

function enteredTask(event: HistoryItem): Step | undefined {
  const { name, input } = event.stateEnteredEventDetails ?? {}
  if (name === undefined || event.type !== 'TaskStateEntered') return undefined
  return { name, at: event.timestamp ?? new Date(0), ...subject(input) }
}

const endsState = (event: HistoryItem): boolean => event.type?.endsWith('StateExited') === true

/** A state inside a map gets the service's name, or an object with it. */
function subject(input: string | undefined): Pick<Step, 'service' | 'reason' | 'undo'> {
  const value = parse(input)
  if (typeof value === 'string') return { service: value }
  const { service, reason, failed, cause, back } = Object(value) as Record<string, unknown>
  return {
    ...(typeof failed === 'number' && typeof back === 'number'
      ? { undo: { failed, cause: String(cause), back } }
      : {}),
    ...(typeof service === 'string' ? { service } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
  }
}

function childOf(event: HistoryItem): string | undefined {
  const details = event.taskSubmittedEventDetails
  if (details?.resourceType !== 'states') return undefined
  return (Object(parse(details.output)) as { ExecutionArn?: string }).ExecutionArn
}

/** What our functions return: a plan has `waves`, a check of a service has `step` and `memory`. */
function readAnswer(event: HistoryItem, history: RunHistory): void {
  const details = event.taskSucceededEventDetails
  if (details?.resourceType !== 'lambda') return
  const { waves, step, memory, key, release, bill } = Object(Object(parse(details.output)).Payload) as {
    key?: { name?: string }
    release?: number
    bill?: PlanBill
    waves?: { execution: string; target: { service: string; count: number } }[][]
    step?: { why?: string; reason?: string }
    memory?: { best: number }
  }
  // A given plan is only looked at with a plan of its own.
  if (Array.isArray(waves) && key?.name !== 'dry-run') {
    const back = key?.name === 'undo' && release !== undefined ? { back: release } : {}
    history.plans.push(
      waves.map((wave) =>
        wave.map(({ execution, target: { service, count } }) => ({ execution, service, count, ...back })),
      ),
    )
  }
  if (bill) history.bill = bill
  if (step && memory) history.check = { healthy: memory.best, why: step.why ?? step.reason ?? '' }
}

/** Events without execution data, or with truncated data, are not JSON. */
function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** `ApplyAppStack` as `apply app stack`. */
export function inWords(state: string): string {
  return state.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}
