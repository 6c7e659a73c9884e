import type { Execution } from '../../adapters/aws/executions.ts'
import type { RunHistory, Step } from '../../cli/progress/history.ts'
import type { RunView, StepView } from '../../cli/progress/run-view.ts'

/** A run that began at second 0; with `end` it is over. */
export function runOf(
  workflow: string,
  name: string,
  input: object,
  end?: number,
  status = 'SUCCEEDED',
): Execution {
  return {
    arn: `arn:aws:states:eu-west-1:000000000000:execution:nanofleet-dev-${workflow}:${name}`,
    name,
    workflow,
    input,
    status: end === undefined ? 'RUNNING' : status,
    startedAt: second(0),
    ...(end === undefined ? {} : { endedAt: second(end) }),
  }
}

export function viewOf(run: Execution, steps: StepView[], history: Partial<RunHistory> = {}): RunView {
  return { run, steps, history: { steps, plans: [], ...history } }
}

export const step = (name: string, at: number, rest: Partial<Step> = {}): Step => ({
  name,
  at: second(at),
  ...rest,
})

export const second = (number: number): Date => new Date(number * 1000)

/** A standard stream that keeps what is written. */
export class Written {
  text = ''
  readonly isTTY: boolean
  readonly columns = 60

  constructor(isTTY = false) {
    this.isTTY = isTTY
  }

  write(text: string): void {
    this.text += text
  }
}
