import { InvalidInput } from '../../base/errors.ts'
import { isTemplate, yamlDocuments } from '../documents.ts'
import type { Sentences } from '../said.ts'
import { baseName, folderOf, inFolder, isBelow, type Tree } from '../tree.ts'
import { type Fields, fields, isFields, list, text, within } from '../values.ts'

/** An object of Kubernetes and where it was found. */
export interface KubernetesObject {
  kind: string
  name: string
  namespace: string
  /** `k8s/web.yml: Deployment web`. */
  place: string
  value: Fields
}

export const isManifestFile = (path: string): boolean => /\.(ya?ml|json)$/.test(path)

/** Whether a text may hold objects of Kubernetes. */
export const looksLikeObjects = (source: string): boolean =>
  /^\s*["']?apiVersion["']?\s*:/m.test(source) && /^\s*(-\s+)?["']?kind["']?\s*:/m.test(source)

/**
 * The objects of files and folders; a List is its items. What is there twice is taken once.
 * @throws {InvalidInput} if the only file cannot be read
 */
export function kubernetesObjects(tree: Tree, from: string, said: Sentences): KubernetesObject[] {
  const single = tree.paths.includes(from)
  const paths = single ? [from] : tree.paths.filter((path) => isBelow(from, path) && isManifestFile(path))
  const charts = tree.paths.filter((path) => baseName(path) === 'Chart.yaml').map(folderOf)
  const found = new Map<string, KubernetesObject>()
  for (const chart of charts.filter((folder) => !single && isBelow(from, inFolder(folder, 'Chart.yaml'))))
    said.left(
      chart,
      'is a chart of Helm',
      `"helm template ${chart} > ${inFolder(chart, 'app.yml')}" writes its objects; run init on that file`,
    )
  for (const path of paths) {
    if (!single && charts.some((chart) => isBelow(inFolder(chart, 'templates'), path))) continue
    for (const object of objectsOf(tree, path, said, single)) {
      const id = `${object.kind} ${object.namespace} ${object.name}`
      const other = found.get(id)
      if (other)
        said.left(
          object.place,
          `is also in ${other.place.split(': ')[0]}, which is taken`,
          'run init on one folder or file',
        )
      else found.set(id, object)
    }
  }
  return [...found.values()]
}

function objectsOf(tree: Tree, path: string, said: Sentences, single: boolean): KubernetesObject[] {
  const source = tree.text(path)
  if (source === undefined || (!single && !looksLikeObjects(source))) return []
  try {
    return yamlDocuments(source, path).flatMap((value) => unfolded(value, path, said))
  } catch (error) {
    if (!(error instanceof InvalidInput) || single) throw error
    said.left(
      path,
      isTemplate(source) ? 'is a template' : error.message,
      isTemplate(source) ? 'write it out with "helm template" first' : undefined,
    )
    return []
  }
}

function unfolded(value: unknown, path: string, said: Sentences): KubernetesObject[] {
  const kind = text(within(value, 'kind'))
  if (!isFields(value) || kind === undefined) {
    said.left(path, 'holds a document without a kind', 'leave it out')
    return []
  }
  if (kind === 'List' || (kind.endsWith('List') && Array.isArray(value.items)))
    return list(value.items).flatMap((item) => unfolded(item, path, said))
  const { name, namespace, generateName } = fields(value.metadata)
  const called = text(name) ?? text(generateName) ?? 'without a name'
  return [
    { kind, name: called, namespace: text(namespace) ?? '', place: `${path}: ${kind} ${called}`, value },
  ]
}
