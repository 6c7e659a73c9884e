import { setTimeout as sleep } from 'node:timers/promises'
import type { Execution } from '../../adapters/aws/executions.ts'
import type { PlanBill } from '../../core/deploy/plan-bill.ts'
import { WorkflowFailed } from '../exit-codes.ts'
import { duration, type Output } from '../output.ts'
import { lines, liveLines, runsByName, took } from './lines.ts'
import { origin } from './next-step.ts'
import { RunReader, type RunSource, type RunView, title, underWay } from './run-view.ts'

/**
 * Milliseconds between two looks, per run: a look costs two calls per run, and Step Functions allows about 15
 * of each per second and account (Developer Guide, "Quotas related to API action throttling").
 */
const PER_RUN_MS = 300
const LONGEST_MS = 5000

/**
 * Milliseconds after the first look, growing by half after each further one, so that a short run shows at
 * once.
 */
const FIRST_MS = 100

/**
 * Shows the steps of a run and of the runs it starts until it ends: line by line, and on a terminal with the
 * state of each service below, which changes in place.
 * @param priced what a plan costs, in a line
 * @returns the ended run
 * @throws WorkflowFailed with the sentence of the state it failed in
 */
export async function follow(
  source: RunSource,
  arn: string,
  output: Output,
  priced: (bill: PlanBill) => string | undefined = () => undefined,
): Promise<Execution> {
  const reader = new RunReader(source)
  const shown = new Set<string>()
  for (let pause = FIRST_MS; ; pause = Math.min(LONGEST_MS, pause * 1.5)) {
    const view = await reader.look(arn)
    show(view, shown, output)
    tellCost(view, shown, output, priced)
    if (view.run.status !== 'RUNNING') return ended(view, output)
    const began = view.run.startedAt.getTime()
    const live = liveLines(view, new Date()).map((line) => `          ${line}`)
    output.live([...live, `  ${duration(Date.now() - began)} …`])
    await sleep(Math.min(LONGEST_MS, pause, Math.max(2, underWay(view)) * PER_RUN_MS))
  }
}

function show(view: RunView, shown: Set<string>, output: Output): void {
  for (const { key, text } of lines(view)) {
    if (!shown.has(key)) output.note(text)
    shown.add(key)
  }
}

/** Once, as soon as the plan is known: nothing has been made by then. */
function tellCost(
  { run, history: { bill } }: RunView,
  shown: Set<string>,
  output: Output,
  priced: (bill: PlanBill) => string | undefined,
): void {
  const key = `${run.arn}|bill`
  if (!bill || shown.has(key)) return
  shown.add(key)
  const text = priced(bill)
  if (text !== undefined) output.note(`          ${text}`)
}

function ended(view: RunView, output: Output): Execution {
  const { run } = view
  output.live([])
  if (run.status === 'SUCCEEDED') {
    output.note(`${output.paint('green', '✓')} ${title(run)}: done in ${took(run)}`)
    return run
  }
  const error = run.error ?? run.status
  const reason = runsByName(run.cause ?? run.status.toLowerCase())
  throw new WorkflowFailed(`${title(run)} ended as ${error} after ${took(run)}: ${reason}`, run, origin(view))
}
