import type { EnvValue } from '../../core/base/manifest-types.ts'
import { table } from '../../local/table.ts'
import type { ListedVariable } from '../stage/env-list.ts'

/** The variables of an app, and below them what the next deployment changes. */
export function envText(app: string, variables: readonly ListedVariable[]): string {
  if (variables.length === 0) return `${app} has no variables.`
  const rows = variables.map(({ service, name, value, from, runs }) => [
    service,
    name,
    value === undefined ? 'goes' : shown(value),
    from ?? '-',
    runs === undefined ? '-' : same(value, runs) ? 'yes' : shown(runs),
  ])
  const waits = variables.some(({ value, runs }) => !same(value, runs))
  return [
    table([['service', 'variable', 'value', 'from', 'runs'], ...rows]),
    ...(waits ? [`What does not run yet comes with the next deployment: nanofleet deploy ${app}`] : []),
  ].join('\n')
}

const same = (one: EnvValue | undefined, other: EnvValue | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** A reference as app.yml has it. */
function shown(value: EnvValue): string {
  if (typeof value === 'string') return value
  const [[kind = '', thing] = []] = Object.entries(value)
  return `{${kind}: ${thing}}`
}
