import type { Verdict } from '../../core/healing/judge.ts'
import type { Drift } from '../../core/registration/drift.ts'
import type { AppState } from '../stage/app-states.ts'
import { isWhole, type ServiceStatus } from '../stage/service-status.ts'
import { sickText } from '../text/sick-text.ts'
import type { Finding } from './finding.ts'

/** What is wrong with each service that lacks something, or that none does. */
export function services(
  rows: readonly ServiceStatus[],
  apps: readonly AppState[],
  stage: string,
): Finding[] {
  const lacking = rows.filter((row) => !isWhole(row))
  if (lacking.length > 0) return lacking.map((row) => lack(row, apps, stage))
  const text = rows.length === 0 ? 'none is deployed' : `all ${rows.length} have their healthy instances`
  return [{ subject: 'services', state: 'good', text }]
}

function lack(row: ServiceStatus, apps: readonly AppState[], stage: string): Finding {
  const { app, service, healthy, desired, wrong, problems } = row
  const ill = Object.entries(problems).map(([id, problem]) => `${id} ${problem}`)
  const text = [`${healthy ?? 'unknown'} of ${desired} healthy`, ...wrong, ...ill].join('; ')
  const subject = `${app}/${service}`
  const command = `nanofleet --stage ${stage}`
  const run = apps.find((one) => one.app === app)?.lock
  if (run && !run.over) {
    const remedy = `a run works on it: "${command} executions ${run.execution}" follows it`
    return { subject, state: 'warning', text, remedy }
  }
  if (healthy === null) {
    const remedy = `nothing is known to be wrong with it: see "Consul"`
    return { subject, state: 'unknown', text, remedy }
  }
  const remedy = `"${command} logs ${app} ${service}" has what its program said, "${command} instances ${app} ${service}" what became of its instances`
  return { subject, state: 'bad', text, remedy }
}

/** Whether the catalog is as it should be, and the instances that fail their check. */
export function catalog(
  { entries, problems, sick, servers }: Drift & { sick: Verdict[] },
  stage: string,
): Omit<Finding, 'subject'> {
  if (servers === 0) return { state: 'good', text: 'no Consul server runs, so there is none' }
  const differ = entries.map(({ id, change, reason }) => `${id} (${change}: ${reason})`)
  const text = [
    ...(differ.length > 0 ? [`${differ.length} entries differ from EC2: ${differ.join(', ')}`] : []),
    ...problems.map((problem) => `not compared: ${problem}`),
    ...sickText(sick),
  ].join('; ')
  if (text === '')
    return { state: 'good', text: 'it says what EC2 and the definitions say, no instance is sick' }
  const remedy = `the next round repairs what it can within a minute; if this lasts, see "nanofleet --stage ${stage} drift"`
  const isHeld = problems.length > 0 || sick.some(({ verdict }) => verdict === 'hold')
  return { state: isHeld ? 'bad' : 'warning', text, remedy }
}
