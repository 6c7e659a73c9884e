import { table } from '../../local/table.ts'
import { duration } from '../output.ts'
import type { InstanceList, InstanceRow, Replacements } from '../stage/instance-list.ts'

/** A line per instance, then why each one that is not well is so, and what was replaced lately. */
export function instancesText({ instances, replacements }: InstanceList, now: Date): string {
  const rows = instances.map((row) => [
    `${row.app}/${row.service}`,
    row.id,
    row.address || '-',
    row.zone || '-',
    row.launchedAt ? duration(now.getTime() - Date.parse(row.launchedAt)) : '-',
    row.release || '-',
    row.imageId || '-',
    row.stage,
    row.consul.state === 'none' ? '-' : row.consul.state,
    row.balancer?.state ?? '-',
  ])
  const head = ['service', 'instance', 'address', 'zone', 'age', 'release', 'image', 'state', 'Consul']
  const listed = rows.length === 0 ? 'No instance.' : table([[...head, 'load balancer'], ...rows])
  return [listed, ...instances.flatMap(reasons), ...replacements.flatMap(replaced)].join('\n')
}

function reasons({ id, consul, balancer }: InstanceRow): string[] {
  const said = [
    ...(consul.why ? [`${consul.state} in Consul: ${consul.why}`] : []),
    ...(balancer?.why ? [`${balancer.state} at the load balancer: ${balancer.why}`] : []),
  ]
  return said.map((sentence) => `  ${id} ${sentence}`)
}

function replaced({ app, service, count, last, problem }: Replacements): string[] {
  const name = `${app}/${service}`
  if (problem) return [`${name}: nobody says what was replaced: ${problem}`]
  if (count === 0) return []
  const times = count === 1 ? '1 instance' : `${count} instances`
  return [
    `${name}: its group replaced ${times} within a day${count > last.length ? ', these last' : ''}:`,
    ...last.map(
      ({ at, instance, reason }) =>
        `  ${at.slice(0, 19).replace('T', ' ')}  ${instance ?? 'an instance'}  ${reason}`,
    ),
  ]
}
