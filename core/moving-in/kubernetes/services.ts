import type { Sentences } from '../said.ts'
import { type Fields, fields, isFields, listOfFields, text, whole, within } from '../values.ts'
import type { Workload } from '../workload.ts'
import type { KubernetesObject } from './objects.ts'
import { protocolOf } from './pods.ts'
import { port } from './probes.ts'

/** A workload with the labels of its pods, by which Services choose them. */
export interface Labelled {
  workload: Workload
  namespace: string
  labels: Fields
}

/** Gives workloads the names and ports by which Services make them known. */
export function takeServices(
  services: readonly KubernetesObject[],
  workloads: readonly Labelled[],
  said: Sentences,
): void {
  for (const service of services) {
    const spec = fields(service.value.spec)
    const type = text(spec.type) ?? 'ClusterIP'
    if (type === 'ExternalName') {
      said.left(service.place, `stands for ${text(spec.externalName)}`, 'name that host in env in app.yml')
      continue
    }
    const chosen = workloads.filter(
      ({ labels, namespace }) => namespace === service.namespace && selects(fields(spec.selector), labels),
    )
    const [first] = chosen
    if (!first) {
      said.left(service.place, 'chooses no Deployment or StatefulSet that is here', 'leave it out')
      continue
    }
    for (const { workload } of chosen) takeService(service, spec, workload, said)
    if (type === 'LoadBalancer' || type === 'NodePort')
      first.workload.ways.push({ path: '/', place: service.place })
  }
}

const selects = (selector: Fields, labels: Fields): boolean =>
  Object.keys(selector).length > 0 &&
  Object.entries(selector).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)

function takeService(service: KubernetesObject, spec: Fields, workload: Workload, said: Sentences): void {
  const ports = new Map<number, number>()
  for (const each of listOfFields(spec.ports)) {
    const number = whole(each.port)
    if (number === undefined) continue
    if (text(each.protocol) === 'UDP') {
      said.left(`${service.place}: port ${number}`, 'services are reached by TCP', 'leave it out')
      continue
    }
    const target = each.targetPort === undefined ? number : port(each.targetPort, workload.ports).port
    if (target === undefined) {
      said.left(
        `${service.place}: port ${number}`,
        `no container port is called ${text(each.targetPort)}`,
        'name its number',
      )
      continue
    }
    ports.set(number, target)
    const spoken = protocolOf(text(each.name), text(each.appProtocol))
    const known = workload.ports.find((one) => one.port === target)
    if (!known) workload.ports.push({ port: target, ...(spoken && { protocol: spoken }) })
    else if (spoken && !known.protocol) known.protocol = spoken
  }
  // What only leads people in is not what programs call.
  const shared = text(spec.type) !== 'LoadBalancer'
  workload.names.push({ name: service.name, ports, ...(shared && { shared }) })
}

/** Ways in by Ingress: a host's first label, a path, the Service behind it. */
export function takeIngress(
  ingress: KubernetesObject,
  workloads: readonly Labelled[],
  said: Sentences,
): void {
  const { place } = ingress
  const spec = fields(ingress.value.spec)
  const annotations = Object.keys(fields(within(ingress.value, 'metadata', 'annotations')))
  const rewriting = annotations.filter((name) => /rewrite|regex|auth|canary|snippet/.test(name))
  if (rewriting.length > 0)
    said.left(
      `${place}: annotations`,
      `${rewriting.join(', ')}: the gateway passes requests on as they are`,
      'let the program serve its paths',
    )
  if (spec.tls !== undefined) said.left(`${place}: tls`, 'a stage with a domain has a certificate')
  const route = (host: string | undefined, path: string, backend: unknown, at: string) => {
    const name = text(within(backend, 'service', 'name')) ?? text(within(backend, 'serviceName'))
    const found = workloads.find(({ workload }) => workload.names.some((one) => one.name === name))
    if (!found) return said.left(at, `no Service ${name ?? ''} is here`, 'expose the service in app.yml')
    const label = host?.split('.')[0]
    found.workload.ways.push({ path, place: at, ...(label && label !== '*' && { host: label }) })
  }
  const fallback = spec.defaultBackend ?? spec.backend
  if (isFields(fallback)) route(undefined, '/', fallback, `${place}: defaultBackend`)
  for (const rule of listOfFields(spec.rules)) {
    const host = text(rule.host)
    for (const each of listOfFields(within(rule, 'http', 'paths'))) {
      const path = text(each.path) ?? '/'
      route(host, path.replace(/\/?\*$|\(.*$/, '') || '/', each.backend, `${place}: ${host ?? ''}${path}`)
    }
  }
}
