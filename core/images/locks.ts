import * as z from 'zod'
import { InvalidInput } from '../base/errors.ts'

/** The files that say which versions images are made with and of, relative to the checkout. */
export const TOOLS_LOCK = 'buildspecs/tools.lock.json'
export const BASES_LOCK = 'images/bases.lock.json'

/** What a lock says of a digest that nobody has looked up where the internet is. */
export const UNKNOWN = 'unknown'

const architectures = <T extends z.ZodType>(value: T) => z.strictObject({ x86_64: value, arm64: value })
const sha256 = z.union([z.literal(UNKNOWN), z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hex')])
const tool = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'is not a version such as 0.1.55'),
  url: architectures(z.url('is not an address')),
  sha256: architectures(sha256),
})

/** The programs and files that make a disk image: nanovms/ops and a release of Nanos. */
export const toolsLockSchema = z.strictObject({ ops: tool, nanos: tool })
export type ToolsLock = z.infer<typeof toolsLockSchema>
export type Tool = keyof ToolsLock
export type Architecture = 'x86_64' | 'arm64'

const base = z.strictObject({
  image: z.string().regex(/^[^@\s]+:[\w.-]+$/, 'is not a name with a tag'),
  digest: z.union([z.literal(UNKNOWN), z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is not a digest')]),
})

/** Base images that programs of one language can start from, by language. */
export const basesLockSchema = z.record(z.string(), base)
export type BasesLock = z.infer<typeof basesLockSchema>

/**
 * Reads a lock.
 * @throws {InvalidInput} naming the file and the first thing that is wrong in it
 */
export function parseLock<T>(schema: z.ZodType<T>, text: string, place: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new InvalidInput(place, `is not JSON (${(cause as Error).message})`, 'take it from git again', {
      cause,
    })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues as [z.core.$ZodIssue]
  const where = path.join('.') || 'the file'
  throw new InvalidInput(place, `${where} ${message}`, 'take it from git again')
}

/** The tools whose digest for an architecture is unknown: builds there refuse to start. */
export const unknownTools = (lock: ToolsLock, architecture: Architecture): string[] =>
  (['nanos', 'ops'] as const)
    .filter((name) => lock[name].sha256[architecture] === UNKNOWN)
    .map((name) => `${name} ${lock[name].version}`)

/**
 * Refuses what builds for an architecture would refuse, before anything is uploaded.
 * @throws {InvalidInput} naming the tools whose digest is unknown
 */
export function requireTools(lock: ToolsLock, architecture: Architecture): void {
  const unknown = unknownTools(lock, architecture)
  if (unknown.length === 0) return
  throw new InvalidInput(
    TOOLS_LOCK,
    `does not know the digest of ${unknown.join(' and ')} for ${architecture}, and builds run nothing unknown`,
    'run "npx nanofleet lock" where the internet is and commit the file',
  )
}

/** A lock as it is written: two spaces, a line break at the end. */
export const lockText = (lock: ToolsLock | BasesLock): string => `${JSON.stringify(lock, null, 2)}\n`

/** The version that a base image's tag names: `24-bookworm-slim` is 24. */
export const versionOf = (image: string): string => /:v?([\d.]+)/.exec(image)?.[1] ?? image
