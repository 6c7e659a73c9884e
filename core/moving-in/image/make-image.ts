import { WHOLE } from '../../manifest/source-files.ts'
import { hintsOf } from '../folder/hints.ts'
import type { Sentences } from '../said.ts'
import { baseName, folderOf, inFolder, isBelow, type Tree } from '../tree.ts'
import type { Build, MadeImage, Workload } from '../workload.ts'
import { type ImageFacts, imageFacts } from './image-facts.ts'
import { imageName, isRedis, type ManagedService, managedByPort, managedService } from './known-images.ts'
import { healthWords, probeOfCommand } from './probe-command.ts'
import { pythonAsFile } from './python-program.ts'
import { redisImage } from './redis-image.ts'
import { archivedFolder, sayWhole, sourceOf } from './root-source.ts'
import { type Command, isStart, startOf } from './start.ts'

/** Base images by language, with their digests where they are known. */
export type Bases = (language: string) => string

/** A path that a manifest's `source` may be. */
const SOURCE = /^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[A-Za-z0-9_./-]+$/

/** What is known of a published image, whose text is not here. */
export type Published = (image: string) => ImageFacts | undefined

/** The image of a workload; undefined, with a sentence, if there is none that an instance can run. */
export function makeImage(
  tree: Tree,
  workload: Workload,
  { bases, published }: { bases: Bases; published: Published },
  said: Sentences,
): MadeImage | undefined {
  const { image, place, made } = workload
  if (made) return made
  if (workload.build) return builtImage(tree, workload.build, workload, said)
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
  if (service) return refused(place, image, service, said)
  const own = ownBuild(tree, workload, said)
  return own
    ? builtImage(tree, own, workload, said)
    : publishedImage(tree, workload, image, { said, published })
}

/** A store, a proxy and the like: what else was said of it does not matter. */
function refused(place: string, image: string, { why, instead }: ManagedService, said: Sentences): undefined {
  said.forget(place)
  said.left(`${place}: image ${image}`, why, instead)
}

/** The folder in which an image's Dockerfile is: called like the image, or the folder around it is. */
function ownBuild(tree: Tree, { image, place }: Workload, said: Sentences): Build | undefined {
  const { name } = imageName(image ?? '')
  const folders = tree.paths.filter((path) => baseName(path) === 'Dockerfile').map(folderOf)
  const [folder] = folders
    .filter((each) => each !== '.' && [baseName(each), baseName(folderOf(each))].includes(name))
    .sort((a, b) => a.length - b.length)
  if (name === '' || folder === undefined) return undefined
  said.inferred(`${place}: image ${image}`, `it is built from ${folder}, which has a Dockerfile`)
  return { folder, dockerfile: inFolder(folder, 'Dockerfile'), args: new Map() }
}

function builtImage(tree: Tree, build: Build, workload: Workload, said: Sentences): MadeImage | undefined {
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
  if (service) return refused(place, `from ${facts.base}`, service, said)
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
  if (source === WHOLE) sayWhole(place, found.ignore, said)
  takeHints(facts, parts)
  return finished(`${rebased}${mounted(workload, source, said)}`, facts, parts)
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

interface Parts {
  tree: Tree
  workload: Workload
  said: Sentences
  source?: string
  ignore?: string[]
  published?: boolean
}

function finished(dockerfile: string, facts: ImageFacts, parts: Parts): MadeImage {
  const { tree, workload, said, source } = parts
  const cwd = workload.workingFolder ?? facts.workingFolder ?? (parts.published ? undefined : '/')
  const argv = commandOf(workload, facts)
  if (argv.length === 0) return unknownProgram(dockerfile, facts, parts)
  const start = startOf(argv, {
    env: new Map([...facts.env, ...workload.env]),
    cwd,
    copied: facts.copied,
    packages: facts.packages,
    base: facts.base ?? '',
    beside: (name) => (source === undefined ? undefined : tree.text(inFolder(source, name))),
  })
  if (!isStart(start)) {
    said.todo(`${workload.place}: program`, start.what, start.instead)
    return { ...common(dockerfile, facts, parts), program: '', args: [] }
  }
  if (start.changed) said.inferred(`${workload.place}: program`, start.changed)
  const image = { ...common(dockerfile, facts, parts), program: start.program, args: start.args }
  return start.program === '/usr/local/bin/python3' ? pythonAsFile(image) : image
}

function commandOf({ entrypoint, command }: Workload, facts: ImageFacts): Command {
  const first = entrypoint ?? facts.entrypoint
  // Replacing the entry point drops the command of the image.
  const second = command ?? (entrypoint ? undefined : facts.command)
  if (typeof first === 'string') return first
  if (typeof second === 'string' && (first ?? []).length === 0) return second
  return [...(first ?? []), ...(typeof second === 'string' ? ['sh', '-c', second] : (second ?? []))]
}

function unknownProgram(dockerfile: string, facts: ImageFacts, parts: Parts): MadeImage {
  const { workload, said } = parts
  const image = workload.image ?? facts.base ?? 'the image'
  said.todo(
    `${workload.place}: program`,
    `what ${image} starts is written in the image and not here`,
    `"docker image inspect ${image}" shows it: write Program, Args, Env and ManifestPassthrough.cwd into config.json`,
  )
  return { ...common(dockerfile, facts, parts), program: '', args: workload.command ?? [] }
}

function common(dockerfile: string, facts: ImageFacts, { workload, said, source, ignore }: Parts) {
  const asked = facts.healthcheck && probeOfCommand(healthWords(facts.healthcheck))
  if (facts.healthcheck && !asked && !workload.probe)
    said.left(
      `${workload.place}: HEALTHCHECK`,
      "would start a program beside the service's own",
      'let the service answer a path by http, and name it in consul.json',
    )
  const cwd = workload.workingFolder ?? facts.workingFolder
  return {
    dockerfile,
    env: facts.env,
    ports: facts.ports,
    ...(cwd !== undefined && cwd !== '/' && { cwd }),
    ...(source !== undefined && { source }),
    ...(ignore && { ignore }),
    ...(asked && { probe: asked }),
  }
}
