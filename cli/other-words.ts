import { suggest } from '../core/base/suggest.ts'

/** What people who know another tool may type, by our command after which they type it. */
const KNOWN: Record<string, Record<string, string>> = {
  nanofleet: {
    ...all('status', 'apps', 'describe', 'get', 'info', 'list', 'ls', 'ps', 'services', 'show'),
    ...all('deploy', 'apply', 'create', 'install', 'run', 'up', 'update', 'upgrade'),
    ...all('deploy --dry-run', 'diff', 'plan', 'preview'),
    ...all('rollback', 'revert', 'undo'),
    ...all('restart', 'bounce', 'reboot', 'reload'),
    ...all('executions', 'events', 'history', 'runs'),
    ...all('logs', 'tail'),
    ...all('init', 'convert', 'generate', 'import', 'new', 'scaffold'),
    ...all('validate', 'lint', 'verify'),
    ...all('build', 'compile', 'make'),
    ...all('changed', 'affected', 'changes'),
    ...all('push', 'upload'),
    ...all('open', 'browse', 'url'),
    ...all('proxy', 'forward', 'port-forward', 'connect', 'tunnel'),
    ...all('status --watch', 'watch', 'top'),
    ...all('amis', 'images', 'prune'),
    ...all('doctor', 'check', 'health'),
    ...all('token', 'login'),
    ...all('local up', 'start'),
    ...all('cancel', 'abort', 'halt', 'interrupt', 'kill'),
    ...all('cancel a run, or local down', 'stop'),
  },
  local: {
    ...all('up', 'create', 'run', 'start'),
    ...all('down', 'halt', 'kill', 'stop'),
    ...all('status', 'info', 'list', 'ls', 'ps'),
    ...all('down, then up', 'reboot', 'restart'),
  },
}

function all(ours: string, ...theirs: string[]): Record<string, string> {
  return Object.fromEntries(theirs.map((word) => [word, ours]))
}

/** Words for taking something away: no command is named for them, lest it be run unread. */
const TAKING_AWAY = [
  'clean',
  'delete',
  'destroy',
  'down',
  'drop',
  'erase',
  'purge',
  'remove',
  'rm',
  'undeploy',
].concat('uninstall', 'wipe')

/** They remove, replace or stop something: similar letters are no reason to suggest one. */
const HARMFUL = ['teardown', 'rotate-secrets', 'rollback', 'restart', 'replace', 'cancel', 'reset', 'down']

/**
 * The hint for a word that is not one of our commands; empty if there is none.
 * @param parent the command after which it was typed
 * @param commands the existing ones
 */
export function otherWord(parent: string, word: string, commands: readonly string[]): string {
  const ours = KNOWN[parent]?.[word.toLowerCase()]
  if (ours !== undefined) return `\n(That is "${parent === 'nanofleet' ? '' : `${parent} `}${ours}" here.)`
  const help = parent === 'nanofleet' ? 'nanofleet help' : `nanofleet help ${parent}`
  if (TAKING_AWAY.includes(word.toLowerCase()))
    return `\n(No command is suggested for what takes something away; "${help}" lists them all.)`
  const near = suggest(
    word,
    commands.filter((name) => !HARMFUL.includes(name)),
  )
  return near === undefined ? '' : `\n(Did you mean ${near}?)`
}
