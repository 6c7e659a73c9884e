import type { Sentences } from '../said.ts'
import type { Tree } from '../tree.ts'
import { fields, text, within } from '../values.ts'
import type { Source } from '../workload.ts'
import { type KubernetesObject, kubernetesObjects } from './objects.ts'
import { OTHER_KINDS, UNKNOWN_KIND } from './other-kinds.ts'
import type { EnvSources } from './pod-env.ts'
import { podWorkload } from './pods.ts'
import { type Labelled, takeIngress, takeServices } from './services.ts'

/** What keeps pods running; the older two are what a Deployment is made of. */
const KEEPING = ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController']
const READ = [...KEEPING, 'Service', 'Ingress', 'ConfigMap', 'Secret']

/**
 * Reads the programs of Kubernetes manifests: a file or a folder of them.
 * @throws {InvalidInput} if a single file cannot be read
 */
export function kubernetesSource(tree: Tree, from: string, said: Sentences): Source {
  const objects = kubernetesObjects(tree, from, said)
  const of = (kind: string) => objects.filter((object) => object.kind === kind)
  const configs = new Map(of('ConfigMap').map(({ name, value }) => [name, data(value)]))
  const secrets = new Map(of('Secret').map(({ name, value }) => [name, keys(value)]))
  const labelled = KEEPING.flatMap(of).flatMap((object) =>
    labelledWorkload(object, { configs, secrets }, said),
  )
  takeServices(of('Service'), labelled, said)
  for (const ingress of of('Ingress')) takeIngress(ingress, labelled, said)
  for (const { kind, place } of objects) {
    if (READ.includes(kind)) continue
    const [why, instead] = (Object.hasOwn(OTHER_KINDS, kind) ? OTHER_KINDS[kind] : undefined) ?? UNKNOWN_KIND
    said.left(place, why, instead)
  }
  const namespaces = [...new Set(['default', ...objects.map(({ namespace }) => namespace)])].filter(Boolean)
  return { workloads: labelled.map(({ workload }) => workload), namespaces }
}

function labelledWorkload(object: KubernetesObject, sources: EnvSources, said: Sentences): Labelled[] {
  const workload = podWorkload(object, sources, said)
  if (!workload) return []
  const labels = fields(within(object.value, 'spec', 'template', 'metadata', 'labels'))
  return [{ workload, namespace: object.namespace, labels }]
}

function data(value: KubernetesObject['value']): Map<string, string> {
  return new Map(
    Object.entries(fields(value.data)).flatMap(([key, each]) => {
      const found = text(each)
      return found === undefined ? [] : [[key, found]]
    }),
  )
}

const keys = (value: KubernetesObject['value']): string[] => [
  ...Object.keys(fields(value.data)),
  ...Object.keys(fields(value.stringData)),
]
