import type { Execution } from '../../adapters/aws/executions.ts'
import { table } from '../../local/table.ts'
import { runsByName, took } from '../progress/lines.ts'

/** A run that a person started, with those that it started. */
export interface FoldedRun {
  run: Execution
  inner: Execution[]
}

/**
 * Runs below the ones that started them, whose names theirs begin with; newest first. A run of `service` is
 * always somebody's, so one whose starter is not among these is left out.
 */
export function foldRuns(runs: readonly Execution[]): FoldedRun[] {
  const byName = new Map(runs.map((run) => [run.name, run]))
  const folded = new Map<string, FoldedRun>()
  const latest = runs.toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
  const top = latest.filter((run) => starter(run.name, byName) === undefined && run.workflow !== 'service')
  for (const run of top) folded.set(run.name, { run, inner: [] })
  for (const run of runs.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime())) {
    const first = starter(run.name, byName)
    if (first !== undefined) folded.get(first)?.inner.push(run)
  }
  return [...folded.values()]
}

/** The outermost run whose name a run's own continues. */
function starter(name: string, runs: ReadonlyMap<string, Execution>): string | undefined {
  for (let end = name.indexOf('-'); end > 0; end = name.indexOf('-', end + 1))
    if (runs.has(name.slice(0, end))) return name.slice(0, end)
  return undefined
}

/**
 * One line per run that a person started; below it why it failed, and what it started that is under way or
 * failed. Times are UTC, as in the names of the runs.
 */
export function executionsText(folded: readonly FoldedRun[]): string {
  const lines = table([
    ['started (UTC)', 'workflow', 'status', 'took', 'name', 'with'],
    ...folded.map(({ run, inner }) => [...cells(run), counted(inner)]),
  ]).split('\n')
  const below = folded.map(({ run, inner }) => [
    ...(run.cause ? [`  ${runsByName(run.cause)}`] : []),
    ...inner
      .filter(({ status }) => status !== 'SUCCEEDED')
      .map((one) => `  ${one.workflow} ${one.status.toLowerCase()} after ${took(one)}: ${one.name}`),
  ])
  return lines.flatMap((line, index) => [line, ...(below[index - 1] ?? [])]).join('\n')
}

const cells = (run: Execution): string[] => [
  run.startedAt.toISOString().slice(0, 19).replace('T', ' '),
  run.workflow,
  run.status.toLowerCase(),
  took(run),
  run.name,
]

/** `build, 2 services`. */
function counted(inner: readonly Execution[]): string {
  const byWorkflow = Map.groupBy(inner, ({ workflow }) => workflow)
  return [...byWorkflow]
    .map(([workflow, runs]) => (runs.length === 1 ? workflow : `${runs.length} ${workflow}s`))
    .join(', ')
}
