import { setCommand } from '../../core/deploy/app-secrets.ts'
import { table } from '../../local/table.ts'
import type { ListedSecret } from '../stage/secret-list.ts'
import { minute } from './releases-text.ts'

/** The secrets of an app, and below them how to set those that are missing. */
export function secretsText(stage: string, app: string, secrets: readonly ListedSecret[]): string {
  if (secrets.length === 0) return `${app} has no secrets.`
  const rows = secrets.map((secret) => [
    secret.name,
    secret.service ?? 'all',
    secret.set ? String(secret.set.version) : 'not set',
    secret.set ? minute(secret.set.at) : '-',
    secret.set ? who(secret.set.by) : '-',
    readers(secret),
  ])
  const unset = secrets.filter(({ set }) => set === undefined)
  return [
    table([['secret', 'for', 'version', 'set (UTC)', 'by', 'read by'], ...rows]),
    ...unset.map(({ name }) => `  ${name} is not set: ${setCommand(stage, app, name)}`),
  ].join('\n')
}

function readers({ readBy, soonReadBy }: ListedSecret): string {
  const soon = soonReadBy.length > 0 ? [`${soonReadBy.join(', ')} from the next deployment on`] : []
  return [...(readBy.length > 0 ? [readBy.join(', ')] : []), ...soon].join('; ') || 'nobody'
}

/** `arn:aws:sts::1:assumed-role/Admin/ann` as `Admin/ann`. */
export const who = (arn: string): string => arn.replace(/^arn:[^/]*:(assumed-role\/|user\/)?/, '') || '-'
