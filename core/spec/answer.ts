import { InvalidInput, LockHeld, NotFound } from '../base/errors.ts'
import type { AppState } from './app-state.ts'
import type { Deployed } from './deploy-spec.ts'
import { NameTaken } from './name-taken.ts'
import { BadRequest } from './request.ts'
import { Busy, isUnderWay, KeyReused, type Run, type Submitted } from './submit.ts'

/** What is answered over HTTP; the body becomes JSON. */
export interface HttpAnswer {
  status: number
  headers: Record<string, string>
  body: unknown
}

/** Where things are, below the function's own URL. */
const appPath = (app: string): string => `/v2/apps/${app}`
const runPath = (app: string, run: string): string => `${appPath(app)}/runs/${run}`

const linksOf = (app: string, run: Run | undefined) => ({
  app: appPath(app),
  ...(run && { execution: runPath(app, run.name) }),
})

/** A run as a client sees it. */
export const shownRun = ({ input: _input, startedAt, endedAt, ...rest }: Run) => ({
  ...rest,
  startedAt: startedAt.toISOString(),
  ...(endedAt && { endedAt: endedAt.toISOString() }),
})

export const shownState = ({ run, ...state }: AppState) => ({
  ...state,
  ...(run && { execution: shownRun(run) }),
  links: linksOf(state.app, run),
})

const ok = (body: unknown, status = 200, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body,
})

export const listed = (apps: AppState[]): HttpAnswer => ok({ apps: apps.map(shownState) })
export const shown = (state: AppState): HttpAnswer => ok(shownState(state))
export const told = (run: Run): HttpAnswer => ok(shownRun(run))

/** 201 with the run that this request began, 200 with that of an earlier one that was the same. */
export function deployed(app: string, { digest, run, isNew, warnings }: Deployed): HttpAnswer {
  const body = {
    app,
    bundle: digest,
    state: run && isUnderWay(run) ? 'deploying' : run && run.status !== 'SUCCEEDED' ? 'failed' : 'deployed',
    ...(run && { execution: shownRun(run) }),
    warnings,
    links: linksOf(app, run),
  }
  return ok(body, isNew ? 201 : 200, { location: appPath(app) })
}

/** 202: it is being removed. */
export function removed(app: string, { run, isNew }: Submitted): HttpAnswer {
  const state = isUnderWay(run) ? 'removing' : run.status === 'SUCCEEDED' ? 'removed' : 'failed'
  return ok({ app, state, execution: shownRun(run), links: linksOf(app, run) }, isNew ? 202 : 200)
}

/** The answer for an error; undefined for one that is a fault of ours or of AWS. */
export function refused(error: unknown): HttpAnswer | undefined {
  if (error instanceof BadRequest) return failure(error.status, error, error.headers)
  if (error instanceof Busy) return failure(409, error, {}, { execution: error.holder })
  if (error instanceof NameTaken || error instanceof LockHeld) return failure(409, error)
  if (error instanceof KeyReused) return failure(422, error)
  if (error instanceof NotFound) return failure(404, error)
  if (error instanceof InvalidInput) return failure(400, error)
  return undefined
}

export const failure = (
  status: number,
  { name, message }: Pick<Error, 'name' | 'message'>,
  headers: Record<string, string> = {},
  more: object = {},
): HttpAnswer => ok({ error: { name, message, ...more } }, status, headers)
