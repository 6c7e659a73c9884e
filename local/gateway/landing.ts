import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Served } from '../served.ts'
import type { Fleet } from './fleet.ts'
import { hostName } from './routing.ts'
import type { Action, Rule } from './state.ts'

/** Something that a browser can open. */
export interface Exposed {
  url: string
  /** The names of the target groups behind it. */
  groups: string[]
  healthy: number
  registered: number
}

/** What is exposed: hosts of the public address first, then listeners with their own port. */
export function exposed(fleet: Fleet, publicPort: number, rules: Rule[], served: ServedActions[]): Exposed[] {
  const hosts = rules.flatMap((rule) => {
    const names = rule.conditions.filter((one) => one.field === 'host-header').flatMap((one) => one.values)
    const path = rule.conditions.find((one) => one.field === 'path-pattern')?.values[0] ?? '/'
    return names
      .filter((name) => name.endsWith('.localhost') && !/[*?]/.test(name))
      .map((name) => entry(fleet, `http://${name}:${publicPort}${path.replace(/\*.*$/, '')}`, rule.actions))
  })
  const ports = served
    .filter(({ place }) => place.type === 'application' && place.boundPort !== null)
    .map(({ place, actions }) => entry(fleet, `http://localhost:${place.boundPort}/`, actions))
  return [...hosts, ...ports]
}

export interface ServedActions {
  place: Served
  actions: Action[]
}

function entry(fleet: Fleet, url: string, actions: Action[]): Exposed {
  const forward = actions.find((action) => action.type === 'forward')
  const pools = (forward?.targetGroups ?? []).flatMap(({ arn }) => fleet.pools.get(arn) ?? [])
  const targets = pools.flatMap((pool) => [...pool.targets.values()])
  return {
    url,
    groups: pools.map((pool) => pool.group.name),
    healthy: targets.filter(
      (target) => target.registration === 'registered' && target.health.state === 'healthy',
    ).length,
    registered: targets.filter((target) => target.registration === 'registered').length,
  }
}

/** `http://localhost:<gateway>/`: a page for browsers, JSON for programs; 404 for an unknown host. */
export function answerLanding(request: IncomingMessage, response: ServerResponse, list: Exposed[]): void {
  const json = request.headers.accept?.includes('application/json') ?? false
  const body = json ? `${JSON.stringify({ exposed: list })}\n` : page(list)
  response.writeHead(isLanding(hostName(request.headers.host)) ? 200 : 404, {
    'Content-Type': json ? 'application/json' : 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  })
  response.end(request.method === 'HEAD' ? '' : body)
}

function page(list: Exposed[]): string {
  const rows = list.map(
    ({ url, groups, healthy, registered }) =>
      `<tr><td><a href="${escapeHtml(url)}">${escapeHtml(url)}</a></td><td>${escapeHtml(groups.join(', '))}</td>` +
      `<td>${healthy} of ${registered} healthy</td></tr>`,
  )
  const table = rows.length > 0 ? `<table>${rows.join('\n')}</table>` : '<p>Nothing is exposed yet.</p>'
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Nanofleet local gateway</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:50rem;padding:0 1rem}
td{padding:.3rem 1.5rem .3rem 0}</style></head>
<body><h1>Nanofleet local gateway</h1><p>What the load balancers of the local region expose:</p>
${table}</body></html>
`
}

/** The gateway's own names; every other host belongs to an app. */
export const isLanding = (host: string): boolean =>
  host === 'localhost' || host === '127.0.0.1' || host === ''

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
