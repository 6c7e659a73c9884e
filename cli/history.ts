/** Reads an execution's history (API Reference, "HistoryEvent") as the steps that a person follows. */

export interface HistoryItem {
  id?: number | undefined
  previousEventId?: number | undefined
  timestamp?: Date | undefined
  type?: string | undefined
  stateEnteredEventDetails?: { name?: string | undefined } | undefined
  taskSubmittedEventDetails?: { resourceType?: string | undefined; output?: string | undefined } | undefined
}

export interface Step {
  name: string
  at: Date
  /** The execution that this step started, when it did. */
  child?: string
}

/** Polling and branching: they say nothing to a person. */
const SILENT = /^(Wait|Check|Is|Are|Was|Were|Has|Needs|Choose|Read|Begin$|Success$|Failure)/

/**
 * The tasks of a run in order, each named once: a loop that polls shows as one step. Child executions are
 * told from the answer to the task that starts them.
 */
export function steps(history: HistoryItem[]): Step[] {
  const found = new Map<string, Step>()
  const enteredBy = new Map<number, string>()
  for (const event of history) {
    const entered = event.stateEnteredEventDetails?.name
    const state = entered ?? enteredBy.get(event.previousEventId ?? -1)
    if (state !== undefined && event.id !== undefined) enteredBy.set(event.id, state)
    if (
      entered !== undefined &&
      event.type === 'TaskStateEntered' &&
      !SILENT.test(entered) &&
      !found.has(entered)
    )
      found.set(entered, { name: entered, at: event.timestamp ?? new Date(0) })
    const child = childOf(event)
    if (child !== undefined) {
      const name = state ?? 'StartExecution'
      found.set(child, { name, at: event.timestamp ?? new Date(0), child })
    }
  }
  const starters = new Set([...found.values()].filter((step) => step.child).map((step) => step.name))
  return [...found.values()].filter((step) => step.child !== undefined || !starters.has(step.name))
}

function childOf(event: HistoryItem): string | undefined {
  const details = event.taskSubmittedEventDetails
  if (details?.resourceType !== 'states' || !details.output) return undefined
  return (JSON.parse(details.output) as { ExecutionArn?: string }).ExecutionArn
}

/** `ApplyAppStack` as `apply app stack`. */
export function inWords(state: string): string {
  return state.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}
