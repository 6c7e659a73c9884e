import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type Architecture,
  BASES_LOCK,
  basesLockSchema,
  lockText,
  parseLock,
  TOOLS_LOCK,
  type Tool,
} from '../core/images/locks.ts'
import { bareBases, withDigests } from '../core/manifest/pinned-bases.ts'
import { lockOf, toolsLock } from './tools-lock.ts'

/** Where digests are looked up. */
export interface Sources {
  /** The SHA-256 of what an address answers. */
  fetched(url: string): Promise<string>
  /** The digest that a registry has for a tag. */
  registry(image: string): Promise<string>
}

/** A digest that differs from what a file of the checkout says, or that could not be looked up. */
export interface LockChange {
  file: string
  what: string
  was: string
  /** Absent when it could not be looked up. */
  is?: string
  problem?: string
}

const TOOLS: readonly Tool[] = ['ops', 'nanos']
const ARCHITECTURES: readonly Architecture[] = ['x86_64', 'arm64']

/**
 * Looks up every digest that images are made with and of: ops, Nanos, the base images.
 * @param root the repository
 * @param note gets a line for each that is looked up
 * @param own Nanofleet's own files, whose locks count where the repository has none
 * @returns what differs, and the files as they should be
 * @throws {InvalidInput} for a lock that cannot be read
 */
export async function lookUp(
  root: string,
  sources: Sources,
  note: (line: string) => void,
  own = root,
): Promise<{ changes: LockChange[]; files: Map<string, string> }> {
  const found = new Digests(sources, note)
  const tools = await toolsNow(root, own, found)
  const bases = await basesNow(root, own, found)
  return {
    changes: [...tools.changes, ...bases.changes],
    files: new Map([...tools.files, ...bases.files]),
  }
}

/** Each place is asked once; one that does not answer is no reason to leave the others. */
class Digests {
  readonly #sources: Sources
  readonly #note: (line: string) => void
  readonly #known = new Map<string, Promise<{ digest: string } | { problem: string }>>()

  constructor(sources: Sources, note: (line: string) => void) {
    this.#sources = sources
    this.#note = note
  }

  of(kind: keyof Sources, place: string): Promise<{ digest: string } | { problem: string }> {
    const known = this.#known.get(place) ?? this.#ask(kind, place)
    this.#known.set(place, known)
    return known
  }

  async #ask(kind: keyof Sources, place: string): Promise<{ digest: string } | { problem: string }> {
    this.#note(place)
    try {
      return { digest: await this.#sources[kind](place) }
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
      return { problem: `${(error as Error).message}${cause}` }
    }
  }
}

interface Looked {
  changes: LockChange[]
  files: Map<string, string>
}

async function toolsNow(root: string, own: string, found: Digests): Promise<Looked> {
  const lock = toolsLock(root, own)
  const changes: LockChange[] = []
  for (const name of TOOLS)
    for (const architecture of ARCHITECTURES) {
      const { version, url, sha256 } = lock[name]
      const was = sha256[architecture]
      const what = `${name} ${version} for ${architecture}`
      const answer = await found.of('fetched', url[architecture])
      const change = changed({ file: TOOLS_LOCK, what, was }, answer)
      if (change) changes.push(change)
      if (change?.is) sha256[architecture] = change.is
    }
  const files = changes.some(({ is }) => is) ? [[TOOLS_LOCK, lockText(lock)] as const] : []
  return { changes, files: new Map(files) }
}

async function basesNow(root: string, own: string, found: Digests): Promise<Looked> {
  const changes: LockChange[] = []
  const files = new Map<string, string>()
  const lock = parseLock(basesLockSchema, lockOf(root, own, BASES_LOCK), BASES_LOCK)
  const digests = new Map<string, string>()
  for (const entry of Object.values(lock)) {
    const change = changed(
      { file: BASES_LOCK, what: entry.image, was: entry.digest },
      await found.of('registry', entry.image),
    )
    if (change) changes.push(change)
    if (change?.is) {
      entry.digest = change.is
      files.set(BASES_LOCK, lockText(lock))
    }
  }
  for (const file of dockerfiles(root)) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const image of bareBases(text)) {
      const answer = await found.of('registry', image)
      if ('digest' in answer) digests.set(image, answer.digest)
      const was = new RegExp(`${escaped(image)}@(sha256:[0-9a-f]{64})`).exec(text)?.[1] ?? 'none'
      const change = changed({ file, what: image, was }, answer)
      if (change) changes.push(change)
    }
    const now = withDigests(text, digests)
    if (now !== text) files.set(file, now)
  }
  return { changes, files }
}

function changed(
  place: Pick<LockChange, 'file' | 'what' | 'was'>,
  answer: { digest: string } | { problem: string },
): LockChange | undefined {
  if ('problem' in answer) return { ...place, problem: answer.problem }
  return answer.digest === place.was ? undefined : { ...place, is: answer.digest }
}

const dockerfiles = (root: string): string[] =>
  (existsSync(join(root, 'images'))
    ? readdirSync(join(root, 'images'), { recursive: true, encoding: 'utf8' })
    : []
  )
    .filter((file) => file.endsWith('Dockerfile'))
    .map((file) => join('images', file))
    .sort()

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Writes what `lookUp` found. */
export function writeLocks(root: string, files: ReadonlyMap<string, string>): void {
  for (const [file, text] of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
}
