import { suggest } from '../core/base/suggest.ts'

/** What people who know another tool may type, by our command after which they type it. */
const KNOWN: Record<string, Record<string, string>> = {
  nanofleet: {
    ...all('teardown', 'delete', 'destroy', 'down', 'remove', 'rm', 'undeploy', 'uninstall'),
    ...all('status', 'apps', 'describe', 'get', 'info', 'list', 'ls', 'ps', 'services', 'show'),
    ...all('deploy', 'apply', 'create', 'install', 'release', 'run', 'up', 'update', 'upgrade'),
    ...all('deploy --dry-run', 'diff', 'plan', 'preview'),
    ...all('rollback', 'revert', 'undo'),
    ...all('executions', 'events', 'history', 'runs'),
    ...all('logs', 'tail'),
    ...all('build', 'compile', 'make'),
    ...all('push', 'upload'),
    ...all('open', 'browse', 'url'),
    ...all('amis', 'clean', 'images', 'prune'),
    ...all('doctor', 'check', 'health'),
    ...all('token', 'login'),
    ...all('local up', 'start'),
    ...all('local down', 'stop'),
  },
  local: {
    ...all('up', 'create', 'run', 'start'),
    ...all('down', 'halt', 'kill', 'stop'),
    ...all('status', 'info', 'list', 'ls', 'ps'),
    ...all('reset', 'clean', 'delete', 'destroy', 'remove', 'rm'),
    ...all('down, then up', 'reboot', 'restart'),
  },
}

function all(ours: string, ...theirs: string[]): Record<string, string> {
  return Object.fromEntries(theirs.map((word) => [word, ours]))
}

/** They remove or stop something: similar letters are no reason to suggest one. */
const HARMFUL = ['teardown', 'rotate-secrets', 'reset', 'down']

/**
 * The hint for a word that is not one of our commands; empty if there is none.
 * @param parent the command after which it was typed
 * @param commands the existing ones
 */
export function otherWord(parent: string, word: string, commands: readonly string[]): string {
  const ours = KNOWN[parent]?.[word.toLowerCase()]
  if (ours !== undefined) return `\n(That is "${parent === 'nanofleet' ? '' : `${parent} `}${ours}" here.)`
  const near = suggest(
    word,
    commands.filter((name) => !HARMFUL.includes(name)),
  )
  return near === undefined ? '' : `\n(Did you mean ${near}?)`
}
