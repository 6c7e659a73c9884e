import { queueDepth } from '../../adapters/aws/queue-depth.ts'
import { type StackState, stackState } from '../../adapters/aws/stack-outputs.ts'
import { NanofleetError } from '../../core/base/errors.ts'
import { controlName, controlStack } from '../../core/base/names.ts'
import type { Verdict } from '../../core/healing/judge.ts'
import type { Drift } from '../../core/registration/drift.ts'
import { refusals } from '../../local/refusals.ts'
import { readSettings, requireInstalled } from '../../local/settings.ts'
import { status as localStatus } from '../../local/status.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { askReconcile } from '../rounds.ts'
import { type AppState, appStates } from '../stage/app-states.ts'
import { type ConsulState, consulState } from '../stage/consul-state.ts'
import { stageSources } from '../stage/stage-sources.ts'
import { consulText } from '../text/consul-text.ts'
import { sentence } from '../text/sentence.ts'
import type { Finding } from './finding.ts'
import { newestSource } from './newest-source.ts'
import { preflight } from './preflight.ts'
import { refusedCalls } from './refused-calls.ts'
import { catalog, services } from './services.ts'

/**
 * Checks a stage from the outside in, and stops at the first thing that hides all others.
 * @param options `account`: also what the account allows; always for a stage on AWS
 */
export async function findings(options: GlobalOptions & { account?: true }, open: Open): Promise<Finding[]> {
  const found: Finding[] = []
  if (options.stage === 'local') found.push(packages(), await region())
  if (found.some(({ state }) => state === 'bad')) return found
  const context = await look(found, 'credentials', () => open(options), credentials)
  if (!context) return found
  if (options.account || options.stage !== 'local') found.push(...(await preflight(context, readSettings())))
  const stack = () => stackState(context.cloudFormation(), controlStack(context.stage))
  const control = await look(found, 'control plane', stack, (state) => controlPlane(state, context.stage))
  if (!control) return found
  const newest = await newestSource(readSettings().repository)
  found.push(codeAge(control.changedAt, newest, context.stage))
  const queue = controlName(context.stage, 'register-dead-letters')
  await look(
    found,
    'dead letters',
    () => queueDepth(context.sqs(), queue),
    (count) => deadLetters(count, context.stage),
  )
  const sources = stageSources(context, control.outputs.VpcId ?? '')
  await look(found, 'Consul', () => consulState(sources, context.stage), consul)
  await look(
    found,
    'catalog',
    () => askReconcile<Drift & { sick: Verdict[] }>(context, { dryRun: true }, 'entries'),
    (drift) => catalog(drift, context.stage),
  )
  const states = await look(found, 'locks', () => appStates(context), locks)
  found.push(...(states ?? []).flatMap((state) => unfinished(state, context.stage)))
  const { local } = context
  if (local) await look(found, 'calls between services', () => refusals(local), refusedCalls)
  found.push(...(await serviceFindings(context)))
  return found
}

async function serviceFindings(context: Context): Promise<Finding[]> {
  const { stageStatus } = await import('../stage/stage-status.ts')
  try {
    const status = await stageStatus(context, [])
    return services(status.services, status.apps, context.stage)
  } catch (error) {
    if (!(error instanceof NanofleetError)) throw error
    return [{ subject: 'services', state: 'bad', text: sentence(error) }]
  }
}

async function look<T>(
  found: Finding[],
  subject: string,
  ask: () => Promise<T>,
  judge: (answer: T) => Omit<Finding, 'subject'>,
): Promise<T | undefined> {
  try {
    const answer = await ask()
    found.push({ subject, ...judge(answer) })
    return answer
  } catch (error) {
    const text = sentence(error)
    if (!(error instanceof NanofleetError) && text.includes('\n')) throw error
    found.push({ subject, state: 'bad', text })
    return undefined
  }
}

function packages(): Finding {
  try {
    requireInstalled(readSettings())
    return { subject: 'packages', state: 'good', text: 'the emulator is installed' }
  } catch (error) {
    if (!(error instanceof NanofleetError)) throw error
    return { subject: 'packages', state: 'bad', text: error.message }
  }
}

async function region(): Promise<Finding> {
  const now = await localStatus(readSettings())
  const subject = 'local region'
  if (now.running)
    return { subject, state: 'good', text: `AWS at ${now.region?.endpoint}, gateway at ${now.gateway?.url}` }
  const half = [now.region, now.gateway].some((part) => part?.healthy)
  const text = half ? `only its ${now.region?.healthy ? 'region' : 'gateway'} answers` : 'it is down'
  return { subject, state: 'bad', text, remedy: 'start what is missing with "nanofleet local up"' }
}

const credentials = ({ account, region }: Context): Omit<Finding, 'subject'> => ({
  state: 'good',
  text: `account ${account} in ${region}`,
})

/** CloudFormation's status codes: a finished rollback leaves the previous version, so the stage works. */
export function controlPlane(
  { status }: Pick<StackState, 'status'>,
  stage: string,
): Omit<Finding, 'subject'> {
  if (/^(CREATE|UPDATE)_COMPLETE$/.test(status)) return { state: 'good', text: `stage ${stage} is deployed` }
  const text = `its stack is in the state ${status}`
  if (/IN_PROGRESS$/.test(status)) return { state: 'warning', text, remedy: 'wait until it is over' }
  const remedy = `look at its events, then run "npx serverless deploy --stage ${stage}" again`
  return { state: status === 'UPDATE_ROLLBACK_COMPLETE' ? 'warning' : 'bad', text, remedy }
}

/** @param newest the control plane's file that changed last in this checkout */
export function codeAge(
  deployed: Date,
  newest: { file: string; at: Date } | undefined,
  stage: string,
): Finding {
  const subject = 'code'
  if (!newest || newest.at <= deployed)
    return { subject, state: 'good', text: 'nothing in this checkout is younger than the control plane' }
  const remedy = `run "npx serverless deploy --stage ${stage}" to bring it there`
  return { subject, state: 'warning', text: `${newest.file} was written after the last deployment`, remedy }
}

export function deadLetters(count: number, stage: string): Omit<Finding, 'subject'> {
  if (count === 0) return { state: 'good', text: 'none' }
  const command = `nanofleet --stage ${stage}`
  const remedy = `see them with "${command} dead-letters" and why with "${command} logs --function register --since 1d"; the next round of reconcile repairs this automatically`
  return { state: 'warning', text: `${count} instance events were given up`, remedy }
}

export function consul(state: ConsulState): Omit<Finding, 'subject'> {
  const text = consulText(state)
  if (state.servers === 0) return { state: 'good', text }
  const remedy = 'look at "nanofleet logs platform consul"; a lost server is replaced by its group'
  if (state.leader === null) return { state: 'bad', text, remedy }
  return state.alive < state.servers ? { state: 'warning', text, remedy } : { state: 'good', text }
}

export function locks(states: AppState[]): Omit<Finding, 'subject'> {
  const held = states.filter(({ lock }) => lock)
  const over = held.filter(({ lock }) => lock?.over)
  const named = (some: AppState[]) => some.map(({ app, lock }) => `${app} by ${lock?.execution}`).join(', ')
  if (over.length > 0) {
    const remedy = 'nothing to do: the next run of the app takes the lock over and goes on from there'
    return { state: 'warning', text: `held by runs that are over: ${named(over)}`, remedy }
  }
  return { state: 'good', text: held.length === 0 ? 'none held' : `held by runs under way: ${named(held)}` }
}

function unfinished({ app, state, lock }: AppState, stage: string): Finding[] {
  if (state !== 'unfinished' || (lock && !lock.over)) return []
  const command = `nanofleet --stage ${stage}`
  const remedy = `go on with "${command} deploy ${app}" or remove it with "${command} teardown ${app}"`
  return [{ subject: app, state: 'warning', text: 'its stacks stand but no deployment finished', remedy }]
}
