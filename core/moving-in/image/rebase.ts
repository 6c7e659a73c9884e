import { isBelow, resolvePath } from '../tree.ts'
import { type Instruction, jsonForm, linesOf, readDockerfile } from './dockerfile.ts'

/** A Dockerfile for another context folder, and what could not be carried over. */
export interface Rebased {
  text: string
  problems: string[]
  /** Paths of the repository that it copies; patterns as they are written. */
  copied: string[]
}

interface Context {
  /** What the Dockerfile was written for. */
  folder: string
  /** The folder of the repository that is in the archive. */
  source: string
  /** Where the source is in the archive, if it is not at its path in the repository. */
  archived?: string
  target?: string | undefined
}

/**
 * A Dockerfile that was written for the context `folder`, for the root of the repository: images are built
 * from an archive with paths relative to it. Stages behind the target are left out.
 */
export function rebase(text: string, context: Context): Rebased {
  const { target } = context
  const copied = new Set<string>()
  const problems: string[] = []
  const lines = linesOf(text)
  const instructions = readDockerfile(text)
  const end = endOf(instructions, target) ?? lines.length
  const changed = new Map<number, string>()
  const dropped = new Set<number>()
  for (const instruction of instructions.filter(({ from }) => from < end)) {
    const { name, rest, from, to } = instruction
    if (name === 'RUN' && bindsContext(rest)) {
      // Only its first line can have options.
      changed.set(from, bound(lines.slice(from, to).join('\n'), context, copied))
      for (let line = from + 1; line < to; line++) dropped.add(line)
    }
    if (name !== 'COPY' && name !== 'ADD') continue
    const replacement = moved(instruction, context, problems, copied)
    if (replacement === undefined) continue
    changed.set(from, replacement)
    for (let line = from + 1; line < to; line++) dropped.add(line)
  }
  const kept = lines
    .slice(0, end)
    .flatMap((line, index) => (dropped.has(index) ? [] : [changed.get(index) ?? line]))
  return { text: `${kept.join('\n').trimEnd()}\n`, problems, copied: [...copied] }
}

/** The line at which the stage behind the target begins. */
function endOf(instructions: readonly Instruction[], target: string | undefined): number | undefined {
  if (target === undefined) return undefined
  const named = new RegExp(`\\sAS\\s+${target.replace(/[^\w.-]/g, '')}\\s*$`, 'i')
  const start = instructions.findIndex(({ name, rest }) => name === 'FROM' && named.test(` ${rest}`))
  if (start < 0) return undefined
  return instructions.find(({ name }, index) => index > start && name === 'FROM')?.from
}

const MOUNT = /--mount=(\S+)/g

const isBound = (mount: string): boolean => /(^|,)type=bind/.test(mount) && !/(^|,)from=/.test(mount)

const bindsContext = (rest: string): boolean =>
  [...rest.matchAll(MOUNT)].some(([, mount = '']) => isBound(mount))

/** The text of a RUN whose mounts name the places of the archive. */
function bound(text: string, { folder, archived }: Context, copied: Set<string>): string {
  return text.replace(MOUNT, (whole, mount: string) => {
    if (!isBound(mount)) return whole
    const [, written = '.'] = /(?:^|,)(?:source|src)=([^,]+)/.exec(mount) ?? []
    const path = within(written, folder) ?? written
    copied.add(path.replace(/\/$/, '') || '.')
    const others = mount.split(',').filter((part) => !/^(source|src)=/.test(part))
    return `--mount=${[...others, `source=${inArchive(path, archived)}`].join(',')}`
  })
}

const short = ({ name, rest }: Instruction): string => `${name} ${rest.replace(/\s+/g, ' ')}`.slice(0, 60)

/** The instruction with paths from the root; undefined if it stays as it is. */
function moved(
  instruction: Instruction,
  { folder, source, archived }: Context,
  problems: string[],
  copied: Set<string>,
): string | undefined {
  const { name, rest } = instruction
  const [flags = ''] = /^(--\S+\s+)*/.exec(rest) ?? []
  if (/(^|\s)--from=/.test(flags)) return undefined
  const body = rest.slice(flags.length)
  const json = jsonForm(body)
  const words = json ?? body.split(/\s+/)
  const to = words.at(-1)
  if (to === undefined || words.length < 2 || words.some((word) => /^<</.test(word))) return undefined
  const from = words.slice(0, -1).map((word) => within(word, folder))
  const isArchived = (path: string) =>
    path === './' || path === source || isBelow(source, path) || /^[a-z]+:/.test(path)
  for (const path of from.filter((each) => each !== undefined && !isArchived(each)))
    problems.push(`"${short(instruction)}" copies ${path}, which is not in ${source}`)
  if (from.some((path) => path === undefined)) {
    problems.push(`"${short(instruction)}" copies from outside its context`)
    return undefined
  }
  for (const path of (from as string[]).filter((each) => !REMOTE.test(each)))
    copied.add(path.replace(/\/$/, '') || '.')
  if (folder === '.' && archived === undefined) return undefined
  const all = [...(from as string[]).map((path) => inArchive(path, archived)), to]
  return `${name} ${flags}${json ? JSON.stringify(all) : all.join(' ')}`
}

const REMOTE = /^(https?|git|ssh):|^git@/

const inArchive = (path: string, archived: string | undefined): string =>
  archived === undefined || REMOTE.test(path) ? path : `${archived}/${path.replace(/^\.\//, '')}`

/** Docker reads a path of the context that begins with / or .. as if it began at the context. */
function within(written: string, folder: string): string | undefined {
  if (REMOTE.test(written)) return written
  const path = resolvePath(folder, written.replace(/^\/+/, '') || '.')
  if (path === undefined || (path !== folder && !isBelow(folder, path))) return undefined
  return (path === folder || written.endsWith('/')) && !path.endsWith('/') ? `${path}/` : path
}
