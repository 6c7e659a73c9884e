import { WHOLE } from '../../base/whole-source.ts'
import { hintsOf, USUAL_PORT } from '../folder/hints.ts'
import { sourcesImage, unlocked } from '../folder/languages.ts'
import type { Sentences } from '../said.ts'
import { inFolder, isBelow, type Tree } from '../tree.ts'
import type { Bases, Build, MadeImage, Workload } from '../workload.ts'
import { commandOf, finished, type Parts, unknownProgram } from './finish-image.ts'
import { type ImageFacts, imageFacts } from './image-facts.ts'
import {
  imageName,
  isProxy,
  isRedis,
  type ManagedService,
  managedByPort,
  managedService,
} from './known-images.ts'
import { ownFolder } from './own-folder.ts'
import { redisImage } from './redis-image.ts'
import { archivedFolder, sayWhole, sourceOf } from './root-source.ts'

/** A path that a manifest's `source` may be. */
const SOURCE = /^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[A-Za-z0-9_./-]+$/

/** What a script fills in before it applies a manifest: its own image has its name behind it. */
const PLACEHOLDER = /\$(?:\{\w+\}|\(\w+\)|\w+)/g

/** What is known of a published image, whose text is not here. */
export type Published = (image: string) => ImageFacts | undefined

/** The image of a workload; undefined, with a sentence, if there is none that an instance can run. */
export function makeImage(
  tree: Tree,
  workload: Workload,
  { bases, published, rootName }: { bases: Bases; published: Published; rootName: string },
  said: Sentences,
): MadeImage | undefined {
  const { place, made } = workload
  const image = workload.image?.replace(PLACEHOLDER, 'placeholder')
  if (made) return made
  if (workload.build) return builtImage(tree, workload.build, workload, bases, said)
  if (image === undefined) {
    said.left(place, 'names neither an image nor a build', 'give it one of them')
    return undefined
  }
  if (!/^[A-Za-z0-9][\w.\-/:@]*$/.test(image)) {
    said.left(place, `"${image}" is not the name of an image`, 'correct it')
    return undefined
  }
  if (isRedis(image)) return redisImage(workload, { redis: bases('redis'), node: bases('node') }, said)
  const service = managedService(image) ?? managedByPort(workload.ports)
  if (service) return refused(workload, image, service, said)
  const folder = ownFolder(tree, imageName(image).name, rootName)
  if (folder === undefined && image !== workload.image) {
    said.left(
      place,
      `"${workload.image}" is not the name of an image`,
      'fill in what its variables stand for',
    )
    return undefined
  }
  if (folder === undefined) return publishedImage(tree, workload, image, { said, published })
  said.inferred(
    `${place}: image ${workload.image}`,
    `it is built from ${folder === WHOLE ? 'this repository' : folder}`,
  )
  const dockerfile = inFolder(folder, 'Dockerfile')
  return tree.paths.includes(dockerfile)
    ? builtImage(tree, { folder, dockerfile, args: new Map() }, workload, bases, said)
    : folderOfSources(tree, folder, workload, bases, said)
}

/** A store, a proxy and the like: what else was said of it does not matter. */
function refused(
  workload: Workload,
  image: string,
  { why, instead }: ManagedService,
  said: Sentences,
): undefined {
  const { place, build } = workload
  if (isProxy(image)) workload.proxy = true
  said.forget(place)
  said.left(`${place}: image ${build ? `from ${image}` : image}`, why, instead)
}

function builtImage(
  tree: Tree,
  build: Build,
  workload: Workload,
  bases: Bases,
  said: Sentences,
): MadeImage | undefined {
  const { place } = workload
  const text = build.inline ?? tree.text(build.dockerfile)
  if (text === undefined) {
    said.left(`${place}: build`, `there is no file ${build.dockerfile}`, 'correct the path')
    return undefined
  }
  const found = sourceOf(tree, build, text)
  if (!SOURCE.test(found.source) && found.source !== WHOLE) {
    said.left(
      `${place}: build`,
      `${found.source} is not a path that app.yml takes`,
      'move the program into a folder of its own, named in letters, digits and . _ -',
    )
    return undefined
  }
  const { source } = found
  const facts = imageFacts(text, build.target, build.args)
  const service = commandOf(workload, facts).length === 0 ? managedService(facts.base ?? '') : undefined
  if (service) return refused(workload, facts.base ?? '', service, said)
  if (commandOf(workload, facts).length === 0 && tree.paths.includes(inFolder(source, 'go.mod'))) {
    said.inferred(`${place}: ${build.dockerfile}`, 'starts nothing that is known here: one for Go is written')
    return folderOfSources(tree, source, workload, bases, said)
  }
  const { text: rebased, problems } = found
  for (const problem of problems)
    said.todo(
      `${place}: ${build.dockerfile}`,
      problem,
      `correct it in the Dockerfile of ${workload.name}: images are built from an archive that has ${source} alone`,
    )
  if (build.args.size > 0)
    said.todo(
      `${place}: build.args`,
      `${[...build.args.keys()].join(', ')}: builds get no arguments`,
      'give the ARGs these values as defaults in the Dockerfile',
    )
  const parts = { tree, workload, said, source, ...(found.ignore && { ignore: found.ignore }) }
  const todo = unlocked(tree, source, bases)
  if (todo) said.todo(`${place}: build`, todo.what, todo.instead)
  if (source === WHOLE) sayWhole(place, found.ignore, said)
  takeHints(facts, parts)
  return finished(`${rebased}${mounted(workload, source, said)}`, facts, parts)
}

/** An image whose source is here without a Dockerfile: one for its language is written. */
function folderOfSources(
  tree: Tree,
  folder: string,
  workload: Workload,
  bases: Bases,
  said: Sentences,
): MadeImage {
  const { entrypoint = [], command = [] } = workload
  const made = sourcesImage(tree, folder, `${workload.place}: build`, bases, said)
  const { port, toldByPort, probe } = hintsOf(tree, folder)
  if (toldByPort && !workload.env.has('PORT') && workload.ports.length === 0)
    workload.env.set('PORT', String(port ?? USUAL_PORT))
  return {
    ...made,
    args: [...made.args, ...entrypoint.slice(1), ...command],
    ports: port === undefined ? [] : [port],
    ...(probe && { probe }),
  }
}

/** What is mounted over an image while it is developed belongs into the image. */
function mounted({ mounts, place }: Workload, source: string, said: Sentences): string {
  const lines = mounts.map(({ from, to }) => {
    if (from === source || isBelow(source, from))
      return `COPY ${archivedFolder(source, from)}/ ${to.replace(/\/?$/, '/')}\n`
    said.todo(
      `${place}: volumes ${to}`,
      `${from} is not in ${source}, which the image is made of`,
      'copy it in the Dockerfile',
    )
    return ''
  })
  return lines.join('')
}

/** Where nothing says what a program listens on, its text may. */
function takeHints(facts: ImageFacts, { tree, workload, said, source = '.' }: Parts): void {
  if (workload.ports.length + facts.ports.length > 0 || facts.env.has('PORT') || workload.env.has('PORT'))
    return
  const { port, toldByPort } = hintsOf(tree, source)
  if (port === undefined) return
  facts.ports.push(port)
  if (toldByPort) workload.env.set('PORT', String(port))
  said.inferred(
    `${workload.place}: ports`,
    `its source listens on ${toldByPort ? `PORT, which is ${port}` : port}`,
  )
}

/** A published image has no text here: its program is known only if the source names it. */
function publishedImage(
  tree: Tree,
  workload: Workload,
  image: string,
  { said, published }: { said: Sentences; published: Published },
): MadeImage {
  const { entrypoint, command, mounts } = workload
  const known = published(image)
  const facts = known ?? { env: new Map(), ports: [], copied: new Map(), packages: new Set(), base: image }
  const copies = mounts.flatMap(({ from, to }) => {
    const folder = !tree.paths.includes(from)
    return from === '.'
      ? []
      : [`COPY ${from}${folder ? '/' : ''} ${to}${folder && !to.endsWith('/') ? '/' : ''}`]
  })
  const folder = mounts.find(
    ({ from }) => from !== '.' && SOURCE.test(from) && !tree.paths.includes(from),
  )?.from
  const dockerfile = [`FROM ${image}`, ...copies, ''].join('\n')
  for (const { from, to } of mounts.filter((each) => each.from === '.' || each.from !== folder))
    said.todo(
      `${workload.place}: volumes ${to}`,
      `${from} is not in the image's archive, which holds one folder of sources`,
      'copy it in the Dockerfile',
    )
  const parts = {
    tree,
    workload,
    said,
    published: known === undefined,
    ...(folder !== undefined && { source: folder }),
  }
  if (known || entrypoint || (command && passesOn(image) && !command[0]?.startsWith('-')))
    return finished(dockerfile, facts, parts)
  return unknownProgram(dockerfile, facts, parts)
}

/** Images of languages start what they are given. */
const passesOn = (image: string): boolean =>
  /^(node|python|golang|ruby|eclipse-temurin|openjdk|deno|bun|debian|ubuntu|alpine|busybox|nodejs\d*.*|dotnet|aspnet|runtime|sdk)$/.test(
    imageName(image).name,
  )
