import { LABEL, RESERVED_SERVICES } from '../../base/name-rules.ts'
import { makeImage, type Published } from '../image/make-image.ts'
import { isRedisImage } from '../image/redis-image.ts'
import type { Sentences } from '../said.ts'
import type { Tree } from '../tree.ts'
import type { Bases, MadeImage, Probe, Source, Workload } from '../workload.ts'
import type { AddressBook, Known } from './addresses.ts'
import { exposeBehind } from './behind-proxies.ts'
import { takeAddresses } from './environment.ts'
import { expose } from './exposure.ts'
import { instanceType } from './instance-type.ts'
import { namesInSource } from './names-in-source.ts'
import { serviceLabel } from './naming.ts'
import { type Edge, withoutCircles } from './needs.ts'
import type { Neighbours, Planned } from './planned.ts'
import { choosePort } from './ports.ts'

/** The services of an app that takes the place of what was read; what is not part of it is said. */
export function makeApp(
  app: string,
  source: Source,
  around: { tree: Tree; rootName: string; bases: Bases; published: Published; neighbours: Neighbours },
  said: Sentences,
): Planned[] {
  const services: Planned[] = []
  const gone: Workload[] = []
  const serviceNames = new Set(
    source.workloads.flatMap(({ names }) => names.flatMap((each) => (each.shared ? each.name : []))),
  )
  for (const workload of source.workloads) {
    const image = makeImage(around.tree, workload, around, said)
    // Two would each have half of what they hold.
    if (image && isRedisImage(image)) workload.stateful = true
    if (image)
      services.push(planned(app, workload, image, services, { ...around.neighbours, serviceNames }, said))
    else gone.push(workload)
  }
  const book = addressBook(services, gone, source.namespaces ?? [])
  const edges = services.flatMap((service) => written(service, book, said))
  const named = services.flatMap((service) =>
    takeAddresses(service, book, said).map(
      (to): Edge => ({ from: service.name, to, place: service.workload.place }),
    ),
  )
  const inText = services.flatMap((service) => namesInSource(service, book, around.tree, said))
  const needs = withoutCircles([...edges, ...named, ...inText], said)
  for (const service of services) service.needs = needs.get(service.name) ?? []
  exposeBehind(gone, services, around.tree, said)
  expose(app, services, around.neighbours, said)
  for (const service of services) sayHealth(service, said)
  return services
}

/** Nothing can be told of a hang by a port that opens. */
function sayHealth({ workload, image, probe, port, expose: way }: Planned, said: Sentences): void {
  if (port === undefined)
    said.inferred(
      `${workload.place}: ports`,
      'nothing says where it listens, so it is a worker: give it a port and a consul.json if others call it',
    )
  if (port === undefined || image.protocol === 'tcp' || probe?.kind === 'http') return
  const place = `${workload.place}: health`
  if (way)
    said.todo(
      place,
      'nothing says which path answers 200 while the service is healthy',
      `check that ${way.health} does, or correct it in app.yml, and name it in consul.json`,
    )
  else if (!probe)
    said.todo(
      place,
      'nothing says how to tell that it is healthy, so that Consul sees only whether its port opens',
      'name a path in consul.json',
    )
}

function planned(
  app: string,
  workload: Workload,
  image: MadeImage,
  before: readonly Planned[],
  { consulNames, serviceNames }: Neighbours & { serviceNames: ReadonlySet<string> },
  said: Sentences,
): Planned {
  const { place, memory, cpus, count } = workload
  const name = serviceLabel(workload.name, app, new Set(before.map((each) => each.name)))
  if (name !== workload.name)
    said.inferred(place, `${workload.name} is called ${name}: names have small letters, digits and dashes`)
  const consul = consulName(app, name, workload, { taken: consulNames, services: serviceNames }, said)
  const { port, moved, protocol, env } = choosePort(workload, image, said)
  for (const [variable, value] of env) workload.env.set(variable, value)
  const type = instanceType(memory, cpus)
  if (type === undefined)
    said.todo(
      `${place}: resources`,
      'asks for more than the types that init knows have',
      'choose an instanceType in app.yml',
    )
  else if (type !== 't3.micro') said.inferred(`${place}: resources`, `instanceType ${type} has that much`)
  if (count !== undefined && count > 100)
    said.left(`${place}: replicas`, `${count} is above 100, the size limit of a group`, 'split the service')
  if (workload.stateful) said.inferred(place, `${name} is stateful: it never runs twice at once`)
  const probe = reachable(workload.probe ?? image.probe, { port, moved }, place, said)
  return {
    name,
    consul,
    workload,
    image,
    ...(port !== undefined && { port }),
    moved,
    protocol,
    ...(probe && { probe }),
    needs: [],
    env: new Map(),
    baked: new Map(),
    args: image.args,
    instanceType: type ?? 't3.2xlarge',
  }
}

/** A check asks the one port of a service: nothing says that another one is open. */
function reachable(
  probe: Probe | undefined,
  { port, moved }: { port: number | undefined; moved: ReadonlyMap<number, number> },
  place: string,
  said: Sentences,
): Probe | undefined {
  if (probe?.port === undefined || (moved.get(probe.port) ?? probe.port) === port) return probe
  said.left(
    `${place}: health`,
    `asks port ${probe.port}, which is not the port of the service`,
    'let the program answer there',
  )
  return undefined
}

/** A program is found by the name of its Service where there is one, else by its own. */
function consulName(
  app: string,
  name: string,
  { names, place }: Workload,
  { taken, services }: { taken: ReadonlySet<string>; services: ReadonlySet<string> },
  said: Sentences,
): string {
  const shared = names.find((each) => each.shared && LABEL.test(each.name) && each.name.length <= 63)?.name
  const own = services.has(name) && shared !== name ? `${app}-${name}`.slice(0, 63) : name
  const wanted = shared !== undefined && !RESERVED_SERVICES.includes(shared) ? shared : own
  const found = taken.has(wanted) ? `${app}-${wanted}`.slice(0, 63).replace(/-+$/, '') : wanted
  if (found !== wanted)
    said.inferred(place, `another app has the Consul name ${wanted}: this one is found as ${found}`)
  else if (found !== name) said.inferred(place, `it is found in Consul as ${found}, the name of its Service`)
  return found
}

function addressBook(
  services: readonly Planned[],
  gone: readonly Workload[],
  namespaces: readonly string[],
): AddressBook {
  const names = new Map<string, Known>()
  const add = (alias: string, known: Known, shared = false) => {
    const before = names.get(alias)
    if (!before) names.set(alias, known)
    else if (shared && before.consul === known.consul) before.services.push(...known.services)
  }
  for (const { name, consul, workload, moved } of services) {
    for (const { name: alias, ports, shared } of workload.names) {
      const mapped = [...ports].map(([from, to]) => [from, moved.get(to) ?? to] as const)
      const known = { services: [name], consul, ports: mapped.length > 0 ? new Map(mapped) : moved }
      add(alias, known, shared)
    }
    add(workload.name, { services: [name], consul, ports: moved })
  }
  for (const { name, names: aliases } of gone)
    for (const alias of [name, ...aliases.map((each) => each.name)])
      add(alias, { services: [name], consul: name, ports: new Map(), gone: true })
  return { names, namespaces }
}

/** The needs that the source names. */
function written({ name, workload }: Planned, { names }: AddressBook, said: Sentences): Edge[] {
  return workload.needs.flatMap((need) => {
    const known = names.get(need)
    const place = `${workload.place}: depends_on ${need}`
    if (known && !known.gone) return known.services.map((to) => ({ from: name, to, place }))
    said.left(place, `${need} is not part of the app`, 'give its address in env in app.yml')
    return []
  })
}
