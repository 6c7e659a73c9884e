import { LABEL } from '../../base/name-rules.ts'
import type { Sentences } from '../said.ts'
import type { Way } from '../workload.ts'
import type { Neighbours, Planned } from './planned.ts'

/** Examples begin here; a stage has one listener port for each exposed service. */
const FIRST_PORT = 8000
const PATH = /^\/[A-Za-z0-9_.~/-]*$/
const HEALTH = /^\/[A-Za-z0-9_.~!$&'()*+,;=:@/-]*$/
/** Consul's own page. */
const RESERVED_HOST = 'consul'

/** Puts services that people reach behind the gateway. */
export function expose(
  app: string,
  services: readonly Planned[],
  neighbours: Neighbours,
  said: Sentences,
): void {
  const ports = new Set(neighbours.ports)
  const routes = new Set(neighbours.routes)
  for (const service of services) {
    const [way, ...others] = ways(service)
    if (!way) continue
    if (service.protocol !== 'http' || service.port === undefined) {
      const what =
        service.port === undefined
          ? 'nothing says where it listens'
          : `the gateway serves http, not ${service.protocol}`
      said.left(way.place, what, 'let others reach it through an http service')
      continue
    }
    for (const other of others)
      said.left(
        other.place,
        `${service.name} is exposed once, as ${way.host ?? 'its own host'}${way.path}`,
        'let the program serve the rest below that path',
      )
    service.expose = placeOf(app, service, way, ports, routes)
    ports.add(service.expose.port)
    routes.add(`${service.expose.host}${service.expose.path}`)
    const { host, path, health } = service.expose
    said.inferred(
      way.place,
      `${service.name} is exposed as host ${host}, path ${path}, healthy when ${health} answers 200`,
    )
  }
}

/** Hosts and paths before a load balancer of its own, each once. */
function ways({ workload }: Planned): Way[] {
  const sorted = [...workload.ways].sort(
    (a, b) => Number(b.host !== undefined) - Number(a.host !== undefined) || a.path.length - b.path.length,
  )
  return sorted.filter(
    ({ host, path }, index) =>
      sorted.findIndex((each) => each.host === host && each.path === path) === index &&
      (index === 0 || host !== undefined || path !== '/'),
  )
}

function placeOf(
  app: string,
  { name, probe }: Planned,
  way: Way,
  ports: ReadonlySet<number>,
  routes: ReadonlySet<string>,
): NonNullable<Planned['expose']> {
  const path = PATH.test(way.path) && way.path.length <= 120 ? way.path : '/'
  const wanted = [way.host, app, name, `${app}-${name}`].filter(
    (host) => host !== undefined && LABEL.test(host) && host.length <= 63 && host !== RESERVED_HOST,
  ) as string[]
  let host = wanted.find((each) => !routes.has(`${each}${path}`))
  for (let number = 2; host === undefined; number++)
    if (!routes.has(`${name}-${number}${path}`)) host = `${name}-${number}`.slice(-63)
  let port = FIRST_PORT
  while (ports.has(port)) port += 1
  const asked = probe?.kind === 'http' ? (probe.path ?? '/') : '/'
  return { host, port, path, health: HEALTH.test(asked) && asked.length <= 1024 ? asked : '/' }
}
