import type { Happening } from './happening.ts'

/** A run of a workflow, as far as a timeline tells it. */
export interface RunFacts {
  name: string
  workflow: string
  input: unknown
  status: string
  startedAt: string
  endedAt?: string
  error?: string
  cause?: string
}

interface Input {
  app?: string
  service?: string
  services?: string[]
  instance?: string
  count?: number
  release?: number
  dryRun?: boolean
}

/** Workflows of which a timeline tells; the runs that these start for each service are their steps. */
export const TOLD_WORKFLOWS = [
  'build',
  'deploy',
  'scale',
  'restart',
  'job',
  'teardown',
  'rotate-secrets',
] as const

/** The workflow that concerns the platform although its input names no app. */
const OF_PLATFORM = 'rotate-secrets'

/** Whether a run is about this app, and about this service if one is given. */
export function concerns(run: RunFacts, app: string, service: string | undefined): boolean {
  const input = Object(run.input) as Input
  if ((input.app ?? (run.workflow === OF_PLATFORM ? 'platform' : undefined)) !== app) return false
  const named = input.service === undefined ? input.services : [input.service]
  return service === undefined || named === undefined || named.includes(service)
}

/**
 * The beginning of a run and its end.
 * @param release the number that a deployment recorded
 */
export function tellRun(run: RunFacts, release: number | undefined): Happening[] {
  const { service = '', instance = '' } = Object(run.input) as Input
  const common = { source: 'workflow', service, instance } as const
  const what = subject(run)
  const begin = { ...common, at: run.startedAt, text: `${what} begins (${run.name})` }
  if (run.endedAt === undefined) return [begin]
  return [begin, { ...common, at: run.endedAt, text: `${what} ${outcome(run, release)}` }]
}

/** `scale web web to 4`, `deploy web, back to release 3`. */
function subject({ workflow, input }: RunFacts): string {
  const { app, service, count, release, instance, dryRun } = Object(input) as Input
  const words = [workflow, app, service, ...(count === undefined ? [] : ['to', `${count}`])]
  return [
    words.filter((word) => word !== undefined).join(' '),
    ...(instance === undefined ? [] : [`instance ${instance}`]),
    ...(release === undefined ? [] : [`back to release ${release}`]),
    ...(dryRun ? ['a dry run'] : []),
  ].join(', ')
}

function outcome({ status, error, cause }: RunFacts, release: number | undefined): string {
  if (status === 'SUCCEEDED') return release === undefined ? 'succeeded' : `succeeded: release ${release}`
  const why = oneLine(cause ?? '')
  if (status === 'ABORTED') return `was stopped${why ? `: ${why}` : ''}`
  if (status === 'TIMED_OUT') return 'took too long and was ended'
  const how = error === 'FailureDirty' ? 'failed halfway, a person must look' : 'failed'
  return `${how}${why ? `: ${why}` : ''}`
}

/** A cause can be a whole stack event. */
const MOST = 300
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > MOST ? `${line.slice(0, MOST - 1)}…` : line
}
