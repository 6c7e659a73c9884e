import { setTimeout as sleep } from 'node:timers/promises'
import { type Execution, type Workflows, workflowOf } from '../adapters/executions.ts'
import { WorkflowFailed } from './exit-codes.ts'
import { inWords, steps } from './history.ts'
import { duration, type Output } from './output.ts'

/** Between two looks, in milliseconds: StepFunctions allows far more, a person does not see the difference. */
const LOOK_EVERY = 600

/**
 * Shows the steps of a run and of the runs it starts until it ends.
 * @returns the ended run
 * @throws WorkflowFailed with the sentence of the state it failed in
 */
export async function follow(workflows: Workflows, arn: string, output: Output): Promise<Execution> {
  const started = Date.now()
  const shown = new Set<string>()
  for (;;) {
    const run = await workflows.describe(arn)
    await show(workflows, run, '', shown, output)
    if (run.status !== 'RUNNING') {
      output.ephemeral('')
      return ended(run, output)
    }
    output.ephemeral(output.paint('dim', `  … ${duration(Date.now() - started)}`))
    await sleep(LOOK_EVERY)
  }
}

/** Prints what is new in a run and, indented, in the runs that it started. */
async function show(
  workflows: Workflows,
  run: Execution,
  indent: string,
  shown: Set<string>,
  output: Output,
): Promise<void> {
  if (shown.has(`${run.arn}|end`)) return
  for (const step of steps(await workflows.history(run.arn))) {
    const key = `${run.arn}|${step.child ?? step.name}`
    const seconds = `${((step.at.getTime() - run.startedAt.getTime()) / 1000).toFixed(1)} s`.padStart(8)
    if (step.child) {
      const child = await workflows.describe(step.child)
      if (!shown.has(key)) line(output, `${indent}${seconds}  ${title(child)}`)
      shown.add(key)
      await show(workflows, child, `${indent}  `, shown, output)
    } else if (!shown.has(key)) {
      shown.add(key)
      line(output, `${indent}${seconds}  ${inWords(step.name)}`)
    }
  }
  if (run.status === 'RUNNING') return
  shown.add(`${run.arn}|end`)
  if (indent === '') return
  const took = duration((run.endedAt?.getTime() ?? Date.now()) - run.startedAt.getTime())
  line(
    output,
    `${indent}${' '.repeat(8)}  ${run.status === 'SUCCEEDED' ? 'done' : run.status.toLowerCase()} in ${took}`,
  )
}

function line(output: Output, text: string): void {
  output.ephemeral('')
  output.note(text)
}

function title(run: Execution): string {
  const input = run.input as { app?: string; service?: string } | undefined
  return [workflowOf(run.arn), input?.app, input?.service].filter(Boolean).join(' ')
}

function ended(run: Execution, output: Output): Execution {
  const took = duration((run.endedAt?.getTime() ?? Date.now()) - run.startedAt.getTime())
  if (run.status === 'SUCCEEDED') {
    output.note(`${output.paint('green', '✓')} ${title(run)}: done in ${took}`)
    return run
  }
  const reason = run.cause ?? run.status.toLowerCase()
  throw new WorkflowFailed(
    `${title(run)} ended as ${run.error ?? run.status} after ${took}: ${reason}`,
    `${run.error} ${reason}`,
  )
}
