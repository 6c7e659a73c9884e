import { isBelow, resolvePath } from '../tree.ts'
import { type Instruction, jsonForm, linesOf, readDockerfile } from './dockerfile.ts'

/** A Dockerfile for another context folder, and what could not be carried over. */
export interface Rebased {
  text: string
  problems: string[]
}

interface Context {
  /** What the Dockerfile was written for. */
  folder: string
  /** The folder of the repository that is in the archive. */
  source: string
  target?: string | undefined
}

/**
 * A Dockerfile that was written for the context `folder`, for the root of the repository: images are built
 * from an archive with paths relative to it. Stages behind the target are left out.
 */
export function rebase(text: string, { folder, source, target }: Context): Rebased {
  const problems: string[] = []
  const lines = linesOf(text)
  const instructions = readDockerfile(text)
  const end = endOf(instructions, target) ?? lines.length
  const changed = new Map<number, string>()
  const dropped = new Set<number>()
  for (const instruction of instructions.filter(({ from }) => from < end)) {
    const { name, rest, from, to } = instruction
    if (name === 'RUN' && bindsContext(rest))
      problems.push(`"${short(instruction)}" binds a folder of the build context`)
    if (name !== 'COPY' && name !== 'ADD') continue
    const replacement = moved(instruction, { folder, source }, problems)
    if (replacement === undefined) continue
    changed.set(from, replacement)
    for (let line = from + 1; line < to; line++) dropped.add(line)
  }
  const kept = lines
    .slice(0, end)
    .flatMap((line, index) => (dropped.has(index) ? [] : [changed.get(index) ?? line]))
  return { text: `${kept.join('\n').trimEnd()}\n`, problems }
}

/** The line at which the stage behind the target begins. */
function endOf(instructions: readonly Instruction[], target: string | undefined): number | undefined {
  if (target === undefined) return undefined
  const named = new RegExp(`\\sAS\\s+${target.replace(/[^\w.-]/g, '')}\\s*$`, 'i')
  const start = instructions.findIndex(({ name, rest }) => name === 'FROM' && named.test(` ${rest}`))
  if (start < 0) return undefined
  return instructions.find(({ name }, index) => index > start && name === 'FROM')?.from
}

const bindsContext = (rest: string): boolean =>
  [...rest.matchAll(/--mount=(\S+)/g)].some(
    ([, mount = '']) => /(^|,)type=bind/.test(mount) && !/(^|,)from=/.test(mount),
  )

const short = ({ name, rest }: Instruction): string => `${name} ${rest.replace(/\s+/g, ' ')}`.slice(0, 60)

/** The instruction with paths from the root; undefined if it stays as it is. */
function moved(
  instruction: Instruction,
  { folder, source }: Context,
  problems: string[],
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
  const archived = (path: string) =>
    path === './' || path === source || isBelow(source, path) || /^[a-z]+:/.test(path)
  for (const path of from.filter((each) => each !== undefined && !archived(each)))
    problems.push(`"${short(instruction)}" copies ${path}, which is not in ${source}`)
  if (from.some((path) => path === undefined)) {
    problems.push(`"${short(instruction)}" copies from outside its context`)
    return undefined
  }
  if (folder === '.') return undefined
  const all = [...(from as string[]), to]
  return `${name} ${flags}${json ? JSON.stringify(all) : all.join(' ')}`
}

/** Docker reads a path of the context that begins with / or .. as if it began at the context. */
function within(written: string, folder: string): string | undefined {
  if (/^(https?|git|ssh):|^git@/.test(written)) return written
  const path = resolvePath(folder, written.replace(/^\/+/, '') || '.')
  if (path === undefined || (path !== folder && !isBelow(folder, path))) return undefined
  return (path === folder || written.endsWith('/')) && !path.endsWith('/') ? `${path}/` : path
}
