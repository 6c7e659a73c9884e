import { abridged, type Problem } from '../base/schema-problems.ts'
import type { Path } from '../base/yaml-document.ts'
import type { OpsValues } from './ops-values.ts'

/** What ops takes, and what would not be in the image as its author reads it. */
export function opsProblems({ config, used }: OpsValues, original: (name: string) => string): Problem[] {
  const refused = used.flatMap(({ key, path }) =>
    key.refused ? [{ path, problem: key.refused[0], remedy: key.refused[1] }] : [],
  )
  const rules = [program, size, variables, args, passthrough].flatMap((rule) => rule(config))
  return [
    ...refused,
    ...rules.map((problem) => {
      const [name, ...rest] = problem.path
      return name === undefined ? problem : { ...problem, path: [original(String(name)), ...rest] }
    }),
  ]
}

function program({ Program }: Config): Problem[] {
  const remedy = "give the program's absolute path in the image, such as /app/program"
  if (Program === undefined || Program === '') return [{ path: [], problem: 'Program is missing', remedy }]
  if (String(Program).startsWith('/') && !holdsNul(Program)) return []
  return [{ path: ['Program'], problem: `${abridged(Program)} is not an absolute path`, remedy }]
}

/** fs/mkfs.go: digits with nothing or one of k, m, g behind them; anything else is ignored without a word. */
function size({ BaseVolumeSz }: Config): Problem[] {
  if (BaseVolumeSz === undefined || /^(\d+[kmg]?)?$/i.test(String(BaseVolumeSz))) return []
  return [
    {
      path: ['BaseVolumeSz'],
      problem: `${abridged(BaseVolumeSz)} is no size to ops, which would leave the disk at its smallest`,
      remedy: 'write a whole number with k, m or g behind it, such as 2g',
    },
  ]
}

/** A program gets its environment as texts `NAME=value` that end at a NUL. */
function variables({ Env = {} }: Config): Problem[] {
  return Object.entries(Env as Record<string, string>).flatMap(([name, value]) => {
    const path = ['Env', name]
    if (name === '' || name.includes('=') || holdsNul(name))
      return [
        { path, problem: `${abridged(name)} cannot be the name of a variable`, remedy: 'give another name' },
      ]
    return holdsNul(value) ? [{ path, ...NUL }] : []
  })
}

const args = ({ Args = [] }: Config): Problem[] =>
  (Args as string[]).flatMap((value, index) => (holdsNul(value) ? [{ path: ['Args', index], ...NUL }] : []))

const NUL = { problem: 'holds a NUL, at which the value would end', remedy: 'remove it' }
const holdsNul = (value: unknown): boolean => String(value).includes('\0')

/** What ops writes itself, and a passed key would replace. */
const OWN: Record<string, string> = {
  program: 'set Program',
  arguments: 'set Args',
  environment: 'set Env',
  children: 'copy files in the Dockerfile',
}

function passthrough({ ManifestPassthrough: passed = {} }: Config): Problem[] {
  const path = ['ManifestPassthrough']
  const entries = Object.entries(passed as Record<string, unknown>)
  return entries.flatMap(([name, value]) => {
    const instead = Object.hasOwn(OWN, name) ? OWN[name] : undefined
    if (instead === undefined) return unwritable(value, [...path, name])
    return [
      {
        path: [...path, name],
        problem: 'would replace what the rest of the file says',
        remedy: `${instead} instead`,
      },
    ]
  })
}

/** ops writes texts, lists and objects; it takes anything else, and fails when it writes the disk. */
function unwritable(value: unknown, path: Path): Problem[] {
  if (typeof value === 'string') return []
  if (value === null || typeof value !== 'object')
    return [{ path, problem: `ops cannot write ${abridged(value)} into an image`, remedy: writable(value) }]
  return Object.entries(value).flatMap(([name, one]) =>
    unwritable(one, [...path, Array.isArray(value) ? Number(name) : name]),
  )
}

function writable(value: unknown): string {
  if (value === null) return 'remove it'
  return value === true ? 'write "t"' : value === false ? 'remove it' : `write "${value}"`
}

type Config = OpsValues['config']
