import { table } from '../../local/table.ts'
import { duration } from '../output.ts'
import type { AppState } from '../stage/app-states.ts'
import type { ServiceStatus } from '../stage/service-status.ts'
import type { StageStatus } from '../stage/stage-status.ts'
import { consulText } from './consul-text.ts'

/** A stage for people: a line per service, then what is wrong, which runs are at work, and Consul. */
export function stageText({ stage, apps, services, consul }: StageStatus, now: Date): string {
  const remarks = [
    ...services.flatMap(problems),
    ...services.flatMap(scheduled),
    ...apps.flatMap((app) => remark(app, stage, now)),
  ]
  if (services.length === 0 && remarks.length === 0) {
    return `No app is deployed on stage ${stage}; "nanofleet --stage ${stage} deploy web" deploys one.`
  }
  const tables = services.length > 0 ? [serviceTable(services)] : []
  return [...tables, ...remarks, `Consul: ${consulText(consul)}`].join('\n')
}

function serviceTable(services: ServiceStatus[]): string {
  const rows = services.map((row) => [
    row.app,
    row.service,
    `${row.healthy ?? '?'}/${row.desired}`,
    row.release > 0 ? String(row.release) : '-',
    row.imageId || '-',
    row.url ?? '',
  ])
  return table([['app', 'service', 'healthy', 'release', 'image', 'url'], ...rows])
}

const problems = (row: ServiceStatus): string[] => [
  ...row.wrong.map((problem) => `  ${row.app}/${row.service} ${problem}`),
  ...Object.entries(row.problems).map(
    ([instance, problem]) => `  ${row.app}/${row.service} ${instance} ${problem}`,
  ),
]

function scheduled({ app, service, schedule }: ServiceStatus): string[] {
  if (!schedule) return []
  const { when, timezone, next } = schedule
  const zone = when.startsWith('rate(') ? '' : ` ${timezone}`
  return [
    `${app}/${service} runs as a job by ${when}${zone}${next ? `, next on ${next.slice(0, 16).replace('T', ' ')} UTC` : ''}`,
  ]
}

function remark({ app, state, lock }: AppState, stage: string, now: Date): string[] {
  const command = `nanofleet --stage ${stage}`
  if (lock && !lock.over) {
    const ago = duration(now.getTime() - Date.parse(lock.since))
    return [
      `${app}: ${lock.execution} works on it for ${ago}; "${command} executions ${lock.execution}" follows it`,
    ]
  }
  if (state !== 'unfinished') return []
  return [
    `${app}: its stacks stand but no deployment finished; "${command} deploy ${app}" goes on, "${command} teardown ${app}" removes it`,
  ]
}
