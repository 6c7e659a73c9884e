import { SET_SECRET, type Sentences } from '../said.ts'
import { quantity } from '../sizes.ts'
import { type Fields, fields, isFields, listOfFields, text, texts, whole, within } from '../values.ts'
import { type ContainerPort, emptyWorkload, type Workload } from '../workload.ts'
import type { KubernetesObject } from './objects.ts'
import { type EnvSources, expanded, podEnv } from './pod-env.ts'
import { podProbe } from './probes.ts'

/** What is read of a workload, its pod and its container; the rest means nothing for an instance. */
const READ = {
  spec: ['replicas', 'selector', 'serviceName', 'strategy', 'template', 'volumeClaimTemplates'],
  pod: ['containers', 'initContainers', 'volumes'],
  container: [
    ...['args', 'command', 'env', 'envFrom', 'image', 'lifecycle', 'livenessProbe', 'name', 'ports'],
    ...['readinessProbe', 'resources', 'startupProbe', 'volumeMounts', 'workingDir'],
  ],
}

/** The program of a Deployment or a StatefulSet: its first container. */
export function podWorkload(
  { kind, name, place, value }: KubernetesObject,
  sources: EnvSources,
  said: Sentences,
): Workload | undefined {
  const pod = fields(within(value, 'spec', 'template', 'spec'))
  const [container, ...others] = listOfFields(pod.containers)
  if (!container) {
    said.left(place, 'has no container', 'give it one with an image')
    return undefined
  }
  for (const other of others)
    said.left(
      `${place}: container ${text(other.name)}`,
      'an instance runs one program',
      'make it a service of its own, or part of the program',
    )
  for (const other of listOfFields(pod.initContainers))
    said.left(
      `${place}: initContainer ${text(other.name)}`,
      'an instance runs one program',
      'let the program do it when it starts, or the Dockerfile',
    )
  const at = `${place}: container ${text(container.name) ?? 'without a name'}`
  const workload = emptyWorkload(name, place)
  const image = text(container.image)
  if (image !== undefined) workload.image = image
  workload.env = podEnv(container, sources, at, said)
  if (container.command !== undefined) workload.entrypoint = commandLine(container.command, workload.env)
  if (container.args !== undefined) workload.command = commandLine(container.args, workload.env)
  const folder = text(container.workingDir)
  if (folder !== undefined) workload.workingFolder = folder
  workload.ports = ports(container, at, said)
  const probe = podProbe(container, workload.ports, at, said)
  if (probe) workload.probe = probe
  takeSize(container, value, workload)
  takeFiles(pod, container, sources, at, said, workload)
  // Both end the old one before the new one starts.
  workload.stateful = kind === 'StatefulSet' || within(value, 'spec', 'strategy', 'type') === 'Recreate'
  sayRest(pod, container, value, place, at, said)
  return workload
}

const commandLine = (value: unknown, env: ReadonlyMap<string, string>): string[] =>
  texts(value).map((word) => expanded(word, env))

function ports(container: Fields, place: string, said: Sentences): ContainerPort[] {
  return listOfFields(container.ports).flatMap((each) => {
    const [port, name, protocol] = [whole(each.containerPort), text(each.name), text(each.protocol) ?? 'TCP']
    if (port === undefined) return []
    if (protocol !== 'TCP') {
      said.left(`${place}.ports`, `${port}/${protocol}: services are reached by TCP`, 'leave it out')
      return []
    }
    const spoken = protocolOf(name, undefined)
    return [{ port, ...(name && { name }), ...(spoken && { protocol: spoken }) }]
  })
}

/** What a port speaks by the conventions for its name and `appProtocol`. */
export function protocolOf(name: string | undefined, spoken: string | undefined): ContainerPort['protocol'] {
  const word = (spoken ?? name ?? '').toLowerCase()
  if (/grpc|h2c/.test(word)) return 'grpc'
  if (/^(tcp|redis|mysql|mongo|amqp|kafka|postgres)/.test(word)) return 'tcp'
  return /http|web|rest/.test(word) ? 'http' : undefined
}

function takeSize(container: Fields, value: Fields, workload: Workload): void {
  const count = whole(within(value, 'spec', 'replicas'))
  if (count !== undefined) workload.count = count
  const size = (what: string) =>
    quantity(within(container, 'resources', 'limits', what)) ??
    quantity(within(container, 'resources', 'requests', what))
  const [memory, cpus] = [size('memory'), size('cpu')]
  if (memory !== undefined) workload.memory = memory
  if (cpus !== undefined) workload.cpus = cpus
}

/** A ConfigMap as a folder of files becomes files of the image. */
function takeFiles(
  pod: Fields,
  container: Fields,
  sources: EnvSources,
  place: string,
  said: Sentences,
  workload: Workload,
): void {
  const volumes = new Map(listOfFields(pod.volumes).map((volume) => [text(volume.name), volume]))
  for (const mount of listOfFields(container.volumeMounts)) {
    const volume = volumes.get(text(mount.name))
    const to = text(mount.mountPath) ?? '/'
    const at = `${place}.volumeMounts ${to}`
    const config = text(within(volume, 'configMap', 'name'))
    const values = config === undefined ? undefined : sources.configs.get(config)
    if (values) addFiles(workload, values, to, mount, volume)
    else if (config !== undefined)
      said.left(at, `there is no ConfigMap ${config} here`, 'copy the files in the Dockerfile')
    else if (isFields(within(volume, 'secret')))
      said.left(
        at,
        'a secret would be a file of the image, which anyone who may read images can read',
        SET_SECRET,
      )
    else if (!isFields(within(volume, 'emptyDir')))
      said.left(
        at,
        'an instance has no disk that outlives it',
        'keep data in a table or a bucket of resources.yml',
      )
  }
}

function addFiles(
  workload: Workload,
  values: ReadonlyMap<string, string>,
  to: string,
  mount: Fields,
  volume: Fields | undefined,
): void {
  const items = listOfFields(within(volume, 'configMap', 'items'))
  const chosen =
    items.length > 0
      ? items.map((item) => [text(item.key) ?? '', text(item.path) ?? ''])
      : [...values.keys()].map((key) => [key, key])
  const sub = text(mount.subPath)
  for (const [key = '', path = ''] of chosen) {
    const content = values.get(key)
    if (content === undefined || (sub !== undefined && sub !== path)) continue
    workload.files.set(sub === undefined ? `${to.replace(/\/$/, '')}/${path}` : to, content)
  }
}

function sayRest(
  pod: Fields,
  container: Fields,
  value: Fields,
  place: string,
  at: string,
  said: Sentences,
): void {
  const parts = { spec: fields(value.spec), pod, container }
  const idle = (['spec', 'pod', 'container'] as const).flatMap((part) =>
    Object.keys(parts[part]).filter((key) => !READ[part].includes(key)),
  )
  if (idle.length > 0)
    said.left(`${place}: spec`, `${[...new Set(idle)].join(', ')}: without meaning for an instance`)
  if (container.lifecycle !== undefined)
    said.left(`${at}.lifecycle`, 'nothing can be started beside the program', 'handle SIGTERM in the program')
  for (const claim of listOfFields(within(value, 'spec', 'volumeClaimTemplates')))
    said.left(
      `${place}: volumeClaimTemplate ${text(within(claim, 'metadata', 'name'))}`,
      'an instance has no disk that outlives it',
      'keep data in a table or a bucket of resources.yml, or in a database of AWS',
    )
}
