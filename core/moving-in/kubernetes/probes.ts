import { probeOfCommand } from '../image/probe-command.ts'
import type { Sentences } from '../said.ts'
import { type Fields, fields, isFields, listOfFields, text, texts, whole } from '../values.ts'
import type { ContainerPort, Probe } from '../workload.ts'

/** Settings for which Consul's check has no use here: an instance is waited for, and one failure counts. */
const UNUSED = [
  'initialDelaySeconds',
  'failureThreshold',
  'successThreshold',
  'terminationGracePeriodSeconds',
]

/** The check that a container's probes ask for: readiness is what Consul wants to know, else liveness. */
export function podProbe(
  container: Fields,
  ports: readonly ContainerPort[],
  place: string,
  said: Sentences,
): Probe | undefined {
  const all = ['readinessProbe', 'livenessProbe', 'startupProbe'] as const
  const given = all.filter((name) => isFields(container[name]))
  const found = given.map((name) => ({ name, probe: probeOf(fields(container[name]), ports) }))
  const chosen = found.find(({ probe }) => probe !== undefined)
  for (const { name, probe } of found) {
    const at = `${place}.${name}`
    if (probe === undefined)
      said.left(
        at,
        "would start a program beside the service's own",
        'let the service answer a path by http, and name it in consul.json',
      )
    else if (name !== chosen?.name && different(probe, chosen?.probe))
      said.left(at, `one check is enough, that of ${chosen?.name}`, 'add it to consul.json if it says more')
  }
  if (chosen === undefined) return undefined
  const unused = UNUSED.filter((key) => fields(container[chosen.name])[key] !== undefined)
  if (unused.length > 0)
    said.left(
      `${place}.${chosen.name}`,
      `${unused.join(', ')}: an instance is waited for until it passes, and one failure takes it out of DNS`,
    )
  return chosen.probe
}

const different = (one: Probe, other: Probe | undefined): boolean =>
  one.kind !== other?.kind || one.port !== other.port || one.path !== other.path

function probeOf(probe: Fields, ports: readonly ContainerPort[]): Probe | undefined {
  const interval = seconds(probe.periodSeconds)
  const timeout = seconds(probe.timeoutSeconds)
  const timing = { ...(interval && { interval }), ...(timeout && { timeout }) }
  const { httpGet, grpc, tcpSocket, exec } = probe
  if (isFields(httpGet)) {
    const path = text(httpGet.path) ?? '/'
    const tls = text(httpGet.scheme) === 'HTTPS'
    // Kubernetes does not look at the certificate, and a check of the port sees whether somebody is there.
    if (tls) return { kind: 'tcp', ...port(httpGet.port, ports), ...timing }
    return { kind: 'http', ...port(httpGet.port, ports), path, ...headers(httpGet), ...timing }
  }
  if (isFields(grpc)) return { kind: 'grpc', ...port(grpc.port, ports), ...timing }
  if (isFields(tcpSocket)) return { kind: 'tcp', ...port(tcpSocket.port, ports), ...timing }
  const asked = isFields(exec) ? probeOfCommand(texts(exec.command)) : undefined
  return asked && { ...asked, ...timing }
}

function headers(httpGet: Fields): { headers?: Record<string, string[]> } {
  const given = listOfFields(httpGet.httpHeaders).flatMap((each) => {
    const [name, value] = [text(each.name), text(each.value)]
    return name === undefined || value === undefined ? [] : [[name, value] as const]
  })
  return given.length > 0
    ? { headers: Object.fromEntries(given.map(([name, value]) => [name, [value]])) }
    : {}
}

const seconds = (value: unknown): string | undefined => {
  const count = whole(value)
  return count === undefined || count === 0 ? undefined : `${count}s`
}

/** A port by its number or its name. */
export function port(value: unknown, ports: readonly ContainerPort[]): { port?: number } {
  const number = whole(value) ?? ports.find(({ name }) => name !== undefined && name === value)?.port
  return number === undefined ? {} : { port: number }
}
