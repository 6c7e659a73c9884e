import type { Action, Condition, Listener } from './state.ts'

/** A listener prepared for requests: patterns compiled once, rules in the order in which they are tried. */
export interface Routes {
  rules: { matches: Matcher; action: Action }[]
  fallback: Action | undefined
}

type Matcher = (host: string, path: string) => boolean

/**
 * Compiles a listener as "Listener rules for your Application Load Balancer" describes: lowest priority
 * number first; host patterns ignore case, path patterns do not, and they never see the query. The last
 * action of a rule is the one that answers.
 */
export function compileRoutes(listener: Pick<Listener, 'rules' | 'defaultActions'>): Routes {
  const sorted = [...listener.rules].sort((a, b) => a.priority - b.priority)
  const rules = sorted.flatMap((rule) => {
    const action = rule.actions.at(-1)
    return action ? [{ matches: all(rule.conditions.map(compileCondition)), action }] : []
  })
  return { rules, fallback: listener.defaultActions.at(-1) }
}

/** The action of the first rule that matches, without the default action. */
export function matchRule(routes: Routes, host: string, path: string): Action | undefined {
  for (const rule of routes.rules) if (rule.matches(host, path)) return rule.action
  return undefined
}

/** The action of the first rule that matches, or else the listener's default action. */
export function route(routes: Routes, host: string, path: string): Action | undefined {
  return matchRule(routes, host, path) ?? routes.fallback
}

function all(conditions: Matcher[]): Matcher {
  return (host, path) => conditions.every((condition) => condition(host, path))
}

function compileCondition(condition: Condition): Matcher {
  const isHost = condition.field === 'host-header'
  const patterns = condition.values.map((value) => wildcard(value, isHost ? 'i' : ''))
  return isHost
    ? (host) => patterns.some((pattern) => pattern.test(host))
    : (_host, path) => patterns.some((pattern) => pattern.test(path))
}

/** `*` matches any characters, `?` exactly one; everything else matches itself. */
export function wildcard(value: string, flags: '' | 'i'): RegExp {
  const body = value
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${body}$`, `s${flags}`)
}

/** `Host` without its port, in lower case; an empty string if there is none. */
export function hostName(header: string | undefined): string {
  if (!header) return ''
  const colon = header.lastIndexOf(':')
  const bracket = header.lastIndexOf(']')
  return (colon > bracket ? header.slice(0, colon) : header).toLowerCase()
}

/** A request target up to its `?`. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}
