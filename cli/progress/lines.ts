import type { Execution } from '../../adapters/aws/executions.ts'
import { duration } from '../output.ts'
import { inWords, type Undo } from './history.ts'
import { type RunView, type StepView, serviceRun, title } from './run-view.ts'

/** A line of progress, with the key that tells whether it has been shown. */
export interface Line {
  key: string
  text: string
}

/** The steps of a run and of the runs that it started, one line each, in the order of a log. */
export function lines(view: RunView, indent = ''): Line[] {
  return view.steps.flatMap((step, index): Line[] => {
    const { started } = step
    const key = `${view.run.arn}|${index}`
    const line = (text: string): Line => ({ key, text: `${indent}${since(view.run, step.at)}  ${text}` })
    if (step.undo) {
      const rest = started ? startedLines(view, started, `${key}|undo`, indent, step.at) : []
      return [line(undoInWords(step.undo)), ...rest]
    }
    return started ? startedLines(view, started, key, indent, step.at) : [line(stepInWords(step))]
  })
}

function startedLines(parent: RunView, started: RunView, key: string, indent: string, at: Date): Line[] {
  const service = serviceRun(parent, started)
  const wanted = service && `${service.wave}${service.service}, ${instances(service.wanted)}`
  const first = {
    key: `${started.run.arn}|start`,
    text: `${indent}${since(parent.run, at)}  ${wanted ?? title(started.run)}`,
  }
  const inner = service ? [] : lines(started, `${indent}  `)
  const { run } = started
  if (run.status === 'RUNNING') return [first, ...inner]
  const end = service
    ? serviceEnd(run, service.service, service.wanted)
    : `${title(run)} ${ending(run)} in ${took(run)}`
  const place = `${indent}${since(parent.run, run.endedAt ?? at)}`
  return [first, ...inner, { key: `${key}|end`, text: `${place}  ${end}` }]
}

function serviceEnd(run: Execution, service: string, wanted: number): string {
  if (run.status !== 'SUCCEEDED') return `${service} ${ending(run)} after ${took(run)}`
  return wanted === 0
    ? `${service} has ended after ${took(run)}`
    : `${service} ${wanted}/${wanted} healthy after ${took(run)}`
}

/** What is under way, one line per leaf: the state of each service, or the current step of a run. */
export function liveLines(view: RunView, now: Date, parent?: RunView): string[] {
  if (view.run.status !== 'RUNNING') return []
  const inner = view.steps.flatMap(({ started }) => (started ? liveLines(started, now, view) : []))
  if (inner.length > 0) return inner
  const service = parent && serviceRun(parent, view)
  if (service) {
    const { check } = view.history
    const waited = duration(now.getTime() - view.run.startedAt.getTime())
    const healthy = `${Math.min(check?.healthy ?? 0, service.wanted)}/${service.wanted} healthy`
    const state = service.wanted === 0 ? 'draining' : healthy
    return [`${service.wave}${service.service} ${state}${check?.why ? ` (${check.why})` : ''} ${waited}`]
  }
  const last = view.steps.at(-1)
  if (!last) return [`${title(view.run)} begins`]
  return [`${title(view.run)}: ${stepInWords(last)} ${duration(now.getTime() - last.at.getTime())}`]
}

function stepInWords({ name, service, reason, undo }: StepView): string {
  if (undo) return undo.back > 0 ? `planning the way back to release ${undo.back}` : 'removing what it made'
  return `${inWords(name)}${service ? ` ${service}` : ''}${reason ? ` (${reason})` : ''}`
}

/** Where a deployment turns back, and why. */
const undoInWords = ({ failed, cause, back }: Undo): string =>
  `release ${failed} failed: ${cause}; ${back > 0 ? `bringing back release ${back}` : 'removing what it made, as no release was before it'}`

const instances = (count: number): string =>
  count === 0 ? 'no instances' : count === 1 ? '1 instance' : `${count} instances`

const ending = ({ status }: Execution): string => (status === 'SUCCEEDED' ? 'done' : status.toLowerCase())

/** Seconds from the start of a run, as a column. */
const since = (run: Execution, at: Date): string =>
  `${((at.getTime() - run.startedAt.getTime()) / 1000).toFixed(1)} s`.padStart(8)

/** How long a run took, or has taken so far. */
export const took = (run: Execution): string =>
  duration((run.endedAt?.getTime() ?? Date.now()) - run.startedAt.getTime())

/** Runs are known by their names; ARNs of a hundred characters are hard to read. */
export const runsByName = (text: string): string => text.replace(/arn:\S+:execution:[^\s:]+:/g, '')
