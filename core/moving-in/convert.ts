import { InvalidInput } from '../base/errors.ts'
import { appFiles } from './app/files.ts'
import { makeApp } from './app/make-app.ts'
import { appLabel } from './app/naming.ts'
import type { Neighbours } from './app/planned.ts'
import { composeSource } from './compose/compose.ts'
import { dockerfileSource, folderSource } from './folder/folder.ts'
import { markerOf } from './folder/languages.ts'
import type { Published } from './image/make-image.ts'
import { kubernetesSource } from './kubernetes/kubernetes.ts'
import { isManifestFile, looksLikeObjects } from './kubernetes/objects.ts'
import { type Said, Sentences } from './said.ts'
import { baseName, folderOf, hasFolder, inFolder, isBelow, type Tree } from './tree.ts'
import type { Bases, Source } from './workload.ts'

export interface Moving {
  tree: Tree
  /** A file or a folder, relative to the root. */
  from: string
  /** The app's name; else the source's own, or that of its folder. */
  app?: string
  /** What the root is called, in case the app is made of all of it. */
  rootName: string
  neighbours: Neighbours
  bases: Bases
  /** What is known of published images. */
  published?: Published
}

export interface MovedIn {
  app: string
  services: string[]
  /** Text by path relative to the root. */
  files: Map<string, string>
  said: Said[]
}

/** The names that Compose looks for, the preferred first. */
const COMPOSE = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']

/**
 * Makes the files of an app from a folder, a Dockerfile, a Compose file or manifests of Kubernetes, with a
 * sentence for each thing that is not in them.
 * @throws {InvalidInput} if the source cannot be read, or no service can be made of it
 */
export function moveIn({
  tree,
  from,
  app,
  rootName,
  neighbours,
  bases,
  published = () => undefined,
}: Moving): MovedIn {
  const said = new Sentences()
  const source = read(tree, from, bases, said)
  const name = app ?? appLabel(source.name ?? folderName(tree, from, rootName))
  const services = makeApp(name, source, { tree, rootName, bases, published, neighbours }, said)
  if (services.length === 0) throw nothing(from, said)
  const files = appFiles(name, services, from)
  return { app: name, services: services.map((service) => service.name), files, said: said.all }
}

function read(tree: Tree, from: string, bases: Bases, said: Sentences): Source {
  if (!tree.paths.includes(from)) {
    if (!hasFolder(tree, from))
      throw new InvalidInput(from, 'there is no such file or folder', 'correct --from')
    return readFolder(tree, from, bases, said)
  }
  if (/(^|[./-])dockerfile([.-]|$)|(^|[./-])containerfile([.-]|$)/i.test(baseName(from)))
    return dockerfileSource(from)
  if (!isManifestFile(from))
    throw new InvalidInput(
      from,
      'is no Compose file, manifest or Dockerfile',
      'name one of them, or the folder of the sources',
    )
  if (looksLikeObjects(tree.text(from) ?? '')) return kubernetesSource(tree, from, said)
  return composeSource(tree, from, said)
}

function readFolder(tree: Tree, from: string, bases: Bases, said: Sentences): Source {
  const compose = COMPOSE.map((name) => inFolder(from, name)).find((path) => tree.paths.includes(path))
  if (compose !== undefined) {
    said.inferred(from, `${baseName(compose)} says what the app is`)
    const more = tree.paths.filter(
      (path) => folderOf(path) === from && /^(docker-)?compose\..+\.ya?ml$/.test(baseName(path)),
    )
    if (more.length > 0)
      said.left(
        from,
        `${more.map(baseName).join(', ')}: only one Compose file is read`,
        'run "docker compose config > merged.yml" and init on that file',
      )
    return composeSource(tree, compose, said)
  }
  const isObjects = (path: string) => isManifestFile(path) && looksLikeObjects(tree.text(path) ?? '')
  // What is deeper may be one of several ways to run the program that is here.
  const deep = markerOf(tree, from) === undefined
  if (tree.paths.some((path) => (deep ? isBelow(from, path) : folderOf(path) === from) && isObjects(path))) {
    said.inferred(from, 'its manifests of Kubernetes say what the app is')
    return kubernetesSource(tree, from, said)
  }
  return folderSource(tree, from, bases, said)
}

/** Folders that are called after what is in them and not after the app. */
const GENERIC =
  /^(k8s(-.*)?|docker-compose|platform|samples|kustomize|kubernetes|kubernetes-manifests|manifests?|deploy|deployment|deployments|docker|compose|release|base|kube|src|apps?)$/i

function folderName(tree: Tree, from: string, rootName: string): string {
  let folder = tree.paths.includes(from) ? folderOf(from) : from
  while (folder !== '.' && GENERIC.test(baseName(folder))) folder = folderOf(folder)
  return folder === '.' ? rootName : baseName(folder)
}

function nothing(from: string, said: Sentences): InvalidInput {
  const reasons = said.all.filter(({ kind }) => kind !== 'inferred')
  const remedy = 'init makes services of programs, not of databases, jobs or proxies'
  const whole = [new InvalidInput(from, 'holds no service that an instance can run', remedy)]
  return InvalidInput.all([
    ...whole,
    ...reasons.map(({ place, what, instead }) => new InvalidInput(place, what, instead)),
  ])
}
