import { randomUUID } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { InvalidInput } from '../../core/base/errors.ts'
import { BASES_LOCK, type BasesLock, basesLockSchema, parseLock, UNKNOWN } from '../../core/images/locks.ts'
import { REPOSITORY_FILE } from '../../core/manifest/repository.ts'
import type { Neighbours } from '../../core/moving-in/app/planned.ts'
import { type MovedIn, moveIn } from '../../core/moving-in/convert.ts'
import type { ImageFacts } from '../../core/moving-in/image/image-facts.ts'
import { readApp } from '../../core/template/app-folder.ts'
import { OWN } from './app-files.ts'
import { withHclAsJson } from './hcl-definitions.ts'
import { readRepository } from './repository-files.ts'
import { repositoryTree } from './repository-tree.ts'

export interface NewAppRequest {
  /** Folder of the repository that gets the app. */
  root: string
  /** A file or folder in it, absolute. */
  from: string
  app?: string | undefined
  /** Looks up what a published image starts; undefined if that cannot be found out. */
  lookUp?: ((image: string) => Promise<ImageFacts | undefined>) | undefined
}

/**
 * Makes the files of a new app, in memory.
 * @throws {InvalidInput} for a source outside the repository, or one that no service can be made of, and for
 * an app that is there already
 */
export async function newApp({ root, from, app, lookUp }: NewAppRequest): Promise<MovedIn> {
  const inside = relative(root, resolve(from)).split(sep).join('/') || '.'
  if (/^\.\.(\/|$)/.test(inside) || isAbsolute(inside))
    throw new InvalidInput(
      from,
      `is not inside ${root}`,
      'copy it into the repository: images are made of its files',
    )
  const [tree, bases, neighbours] = await Promise.all([
    repositoryTree(root),
    basesOf(root),
    neighboursOf(root),
  ])
  const facts = new Map<string, ImageFacts | undefined>()
  const make = () =>
    moveIn({
      tree,
      from: inside,
      rootName: basename(resolve(root)),
      bases,
      neighbours,
      published: (image) => {
        if (!facts.has(image)) facts.set(image, undefined)
        return facts.get(image)
      },
      ...(app !== undefined && { app }),
    })
  // The first round tells which images have to be looked up.
  let made = make()
  if (lookUp && facts.size > 0) {
    await Promise.all([...facts.keys()].map(async (image) => facts.set(image, await lookUp(image))))
    made = make()
  }
  refuseExisting(root, made.app)
  return made
}

/**
 * Writes the files of a new app, all or none: they are written beside their place and moved there at once.
 * @throws {InvalidInput} if the app is there already
 */
export async function writeApp(root: string, { app, files }: MovedIn): Promise<void> {
  const place = `images/${app}`
  const beside = join(root, 'images', `.${app}-${randomUUID()}`)
  try {
    for (const [path, text] of files) {
      const file = join(beside, path.slice(place.length + 1))
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    }
    refuseExisting(root, app)
    await rename(beside, join(root, place))
  } catch (error) {
    await rm(beside, { recursive: true, force: true })
    throw error
  }
}

/**
 * Marks the root of a repository of apps with a `nanofleet.yml` that sets nothing yet.
 * @returns false if it has one, or is Nanofleet's own checkout
 */
export function writeRepositoryFile(root: string): boolean {
  if (root === OWN || existsSync(join(root, REPOSITORY_FILE))) return false
  writeFileSync(join(root, REPOSITORY_FILE), EMPTY, { flag: 'wx' })
  return true
}

const EMPTY = `# yaml-language-server: $schema=node_modules/nanofleet/dist/schemas/nanofleet.schema.json
# The root of a repository of apps. What you may set here:
#
# stages:
#   dev: {region: eu-west-1, domain: dev.example.com}
# defaults:
#   count: 2
#   env: {LOG_LEVEL: info}
`

function refuseExisting(root: string, app: string): void {
  const place = `images/${app}`
  if (existsSync(join(root, place)))
    throw new InvalidInput(
      place,
      'is there already, and init overwrites nothing',
      'give another name with --app, or remove it',
    )
}

/** Base images with the digests that the repository knows. */
async function basesOf(root: string): Promise<(language: string) => string> {
  const own = () => readFile(join(OWN, BASES_LOCK), 'utf8').catch(() => undefined)
  const text = await readFile(join(root, BASES_LOCK), 'utf8').catch(own)
  const lock: BasesLock = text === undefined ? {} : parseLock(basesLockSchema, text, BASES_LOCK)
  return (language) => {
    const { image, digest } = lock[language] ?? { image: DEFAULTS[language] ?? language, digest: UNKNOWN }
    return digest === UNKNOWN ? image : `${image}@${digest}`
  }
}

const LIBRARY = 'public.ecr.aws/docker/library'
const DEFAULTS: Record<string, string> = {
  go: `${LIBRARY}/golang:1.26-bookworm`,
  java: `${LIBRARY}/eclipse-temurin:21-jdk-jammy`,
  node: `${LIBRARY}/node:24-bookworm-slim`,
  python: `${LIBRARY}/python:3.13-slim-bookworm`,
  redis: `${LIBRARY}/redis:7.2-bookworm`,
}

/** What the other apps have; one that cannot be read has nothing. */
async function neighboursOf(root: string): Promise<Neighbours> {
  const [ports, routes, consulNames] = [new Set<number>(), new Set<string>(), new Set<string>()]
  const entries = await readdir(join(root, 'images'), { withFileTypes: true }).catch(() => [])
  for (const { name } of entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))) {
    try {
      const folder = `images/${name}`
      const texts = (await readRepository(root, [folder])).below(folder)
      const { manifest, definitions } = readApp(name, await withHclAsJson(texts, folder))
      for (const { expose } of Object.values(manifest.services)) {
        if (!expose) continue
        ports.add(expose.port)
        routes.add(`${expose.host}${expose.path}`)
      }
      for (const { Name } of Object.values(definitions).flat()) consulNames.add(Name.toLowerCase())
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
    }
  }
  return { ports, routes, consulNames }
}
