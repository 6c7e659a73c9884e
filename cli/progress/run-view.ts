import { type Execution, type Workflows, workflowOf } from '../../adapters/aws/executions.ts'
import { executionName } from '../../core/base/execution-name.ts'
import { type HistoryItem, type PlannedService, type RunHistory, readHistory, type Step } from './history.ts'

/** A run, what it has done so far, and the runs that it started. */
export interface RunView {
  run: Execution
  history: RunHistory
  steps: StepView[]
}

export interface StepView extends Step {
  started?: RunView
}

/** The part of `Workflows` needed to look at a run. */
export interface RunSource {
  describe(arn: string): Promise<Execution>
  history(arn: string): Promise<HistoryItem[]>
}

/** Looks at runs again and again; what is over is not read twice. */
export class RunReader {
  readonly #source: RunSource
  readonly #over = new Map<string, RunView>()

  constructor(source: RunSource | Workflows) {
    this.#source = source
  }

  async look(arn: string): Promise<RunView> {
    const known = this.#over.get(arn)
    if (known) return known
    // In this order, so that a run seen as over has its complete history.
    const run = await this.#source.describe(arn)
    const history = readHistory(await this.#source.history(arn))
    const steps = await Promise.all(
      history.steps.map(
        async (step): Promise<StepView> =>
          step.child === undefined ? step : { ...step, started: await this.look(step.child) },
      ),
    )
    const view = { run, history, steps }
    if (run.status !== 'RUNNING') this.#over.set(arn, view)
    return view
  }
}

/** How many runs of a view are under way: itself and those it started. */
export function underWay(view: RunView): number {
  if (view.run.status !== 'RUNNING') return 0
  return 1 + view.steps.reduce((sum, { started }) => sum + (started ? underWay(started) : 0), 0)
}

/** `deploy web`, `service web frontend`. */
export function title(run: Execution): string {
  const { app, service } = Object(run.input) as { app?: string; service?: string }
  return [workflowOf(run.arn), app, service].filter(Boolean).join(' ')
}

/** A service's run in the words of the plan: which wave it belongs to, how many instances are wanted. */
export interface ServiceRun {
  service: string
  wanted: number
  /** `wave 1 of 3: `, on the way back `back to release 4, wave 1 of 3: `; empty for a run without waves. */
  wave: string
}

/** Undefined for a run of another workflow. */
export function serviceRun(parent: RunView, { run }: RunView): ServiceRun | undefined {
  if (run.workflow !== 'service') return undefined
  const { service = '?', count = 0 } = Object(run.input) as { service?: string; count?: number }
  const name = executionName(run.arn)
  const isIn = (wave: PlannedService[]) => wave.some(({ execution }) => execution === name)
  const waves = parent.history.plans.find((plan) => plan.some(isIn))
  if (!waves) return { service, wanted: count, wave: '' }
  const wave = waves.findIndex(isIn)
  const back = waves[wave]?.[0]?.back
  const way = back === undefined ? '' : `back to release ${back}, `
  return { service, wanted: count, wave: `${way}wave ${wave + 1} of ${waves.length}: ` }
}
