import {
  type Inside,
  interpreter,
  placeOf,
  type Refusal,
  refusalOf,
  unplaced,
  withoutWorkers,
} from './programs.ts'
import { shellWords, variablesOf } from './shell-words.ts'

/** How config.json starts a program. */
export interface Start {
  program: string
  args: string[]
  /** What the source says and this changes, for a sentence. */
  changed?: string
}

export interface Surroundings extends Inside {
  /** The text of a file beside the program, such as package.json. */
  beside: (name: string) => string | undefined
}

/** A command as its source has it: words, or a line for a shell. */
export type Command = readonly string[] | string

/** Programs that only pass signals on. */
const WRAPPERS = /^(tini|dumb-init|catatonit|exec|env|su-exec|gosu)$/
const DEEPEST = 8

/** What a command starts without a shell, or why that is not possible. */
export function startOf(command: Command, around: Surroundings, depth = 0): Start | Refusal {
  if (depth > DEEPEST) return { what: 'its scripts start each other', instead: 'name the program itself' }
  if (typeof command === 'string') return fromLine(command, around, depth)
  const [word = '', ...args] = command
  const name = word.slice(word.lastIndexOf('/') + 1)
  if (word === '')
    return { what: 'nothing says what the image starts', instead: 'write Program into config.json' }
  if (/^(ba|da|a|z)?sh$/.test(name)) {
    const at = args.findIndex((arg) => /^-\w*c$/.test(arg))
    if (at >= 0 && args[at + 1] !== undefined) return startOf(args[at + 1] as string, around, depth + 1)
  }
  if (WRAPPERS.test(name)) return startOf(unwrapped(name, args), around, depth + 1)
  if (/^(npm|yarn|pnpm|bun)$/.test(name)) {
    const script = scriptOf(name, args, around)
    if (script) return startOf(script, around, depth + 1)
  }
  const through = interpreter(command)
  if (through) return startOf(through, around, depth + 1)
  const refusal = refusalOf(word) ?? moduleRefusal(command)
  if (refusal) return refusal
  const program = placeOf(word, around)
  if (program === undefined) return unplaced(word)
  const kept = withoutWorkers(command)
  const changed = kept.join(' ') === command.join(' ') ? undefined : `it starts as "${kept.join(' ')}"`
  return { program, args: kept.slice(1), ...(changed !== undefined && { changed }) }
}

export const isStart = (found: Start | Refusal): found is Start => 'program' in found

function fromLine(line: string, around: Surroundings, depth: number): Start | Refusal {
  const unset = variablesOf(line).filter((name) => !around.env.has(name))
  const words = shellWords(line.trim(), new Map([...around.env, ...unset.map((name) => [name, ''] as const)]))
  if (words === undefined) {
    const what = `"${line.replace(/\s+/g, ' ').slice(0, 80)}" needs a shell, and a unikernel has none`
    return { what, instead: 'write the program and its arguments into config.json, as they are in the end' }
  }
  // `A=1 program` sets a variable for the program.
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word))
  if (first > 0) {
    const what = `"${line.slice(0, 80)}" sets variables for its program`
    return {
      what,
      instead: `put ${words.slice(0, first).join(' ')} into env in app.yml, and write ${words.slice(first).join(' ')} into config.json`,
    }
  }
  const start = startOf(words, around, depth + 1)
  if (unset.length === 0 || !isStart(start)) return start
  return { ...start, changed: `${unset.join(', ')}: without a value, so it starts as "${words.join(' ')}"` }
}

function unwrapped(name: string, args: readonly string[]): string[] {
  const user = name === 'su-exec' || name === 'gosu'
  const rest = args.slice(args.findIndex((arg) => !arg.startsWith('-')))
  return args.length === 0 ? [] : user ? rest.slice(1) : rest
}

/** The command behind `npm start`, `npm run x`, `yarn x`. */
function scriptOf(name: string, args: readonly string[], around: Surroundings): string | undefined {
  const words = args.filter((arg) => !arg.startsWith('-') && arg !== 'run' && arg !== 'run-script')
  const script = words[0] ?? (name === 'yarn' ? undefined : 'start')
  if (script === undefined) return undefined
  return packageScript(around.beside('package.json'), script)
}

export function packageScript(text: string | undefined, name: string): string | undefined {
  if (text === undefined) return undefined
  try {
    const { scripts, main } = JSON.parse(text) as { scripts?: Record<string, unknown>; main?: unknown }
    const found = scripts && Object.hasOwn(scripts, name) ? scripts[name] : undefined
    if (typeof found === 'string') return found
    return name === 'start' && typeof main === 'string' ? `node ${main}` : undefined
  } catch {
    return undefined
  }
}

/** `python -m gunicorn` is gunicorn. */
function moduleRefusal([word = '', flag, module]: readonly string[]): Refusal | undefined {
  return /^python3?$/.test(word) && flag === '-m' && module !== undefined ? refusalOf(module) : undefined
}
