import jsonata from 'jsonata'
import { innerMachines, type Machine, type State } from './machine.ts'

/** AWS page "Passing data between states with variables", Variable name syntax: identifiers, 80 long. */
const NAME = /^\p{ID_Start}\p{ID_Continue}{0,79}$/u
const RESERVED = 'states'

/** Which part of `$states` exists only where: by the state's field, and by its type. */
const AFTER_A_TASK = ['Task', 'Map', 'Parallel']

/**
 * What Step Functions refuses about variables when it is given the machine, and reads that would end an
 * execution: variables that no state assigns. Each a sentence that starts with the state's path.
 *
 * The states of a Map or of a branch have variables of their own and read those around them. None of theirs
 * may have the name of one around it, whichever is assigned first ("Variable scope" on the same page).
 */
export function variableProblems(machine: Machine, around = new Set<string>(), prefix = ''): string[] {
  const known = new Set([...around, ...Object.values(machine.States).flatMap(assigned)])
  return Object.entries(machine.States).flatMap(([name, state]) => {
    const path = `${prefix}${name}`
    return [
      ...assigned(state).flatMap((variable) => nameProblems(variable, around, path)),
      ...readProblems(state, known, path),
      ...innerMachines(state).flatMap((inner) => variableProblems(inner, known, `${path}/`)),
    ]
  })
}

/** Names that the state gives values to: when it succeeds, by a rule, or when it fails. */
function assigned({ Assign, Choices = [], Catch = [] }: State): string[] {
  return [Assign, ...[...Choices, ...Catch].map((rule) => rule.Assign)].flatMap((pairs) =>
    Object.keys(pairs ?? {}),
  )
}

function nameProblems(variable: string, around: Set<string>, path: string): string[] {
  if (variable === RESERVED) return [`${path}: assigns $states, which Step Functions keeps for itself`]
  if (!NAME.test(variable))
    return [
      `${path}: assigns "${variable}"; the name of a variable is an identifier of at most 80 characters`,
    ]
  return around.has(variable)
    ? [
        `${path}: assigns $${variable}, which is assigned outside of its Map or Parallel; give it another name`,
      ]
    : []
}

function readProblems(state: State, known: Set<string>, path: string): string[] {
  return expressions(state).flatMap(({ field, text }) => {
    const unknown = [...reads(text)].filter((variable) => variable !== RESERVED && !known.has(variable))
    return [
      ...unknown.map((variable) => `${path}: ${field} reads $${variable}, which no state assigns`),
      ...statesProblems(state, field, text, path),
    ]
  })
}

/** "$states.result" and "$states.errorOutput" are refused where they do not exist. */
function statesProblems({ Type }: State, field: string, text: string, path: string): string[] {
  const result = AFTER_A_TASK.includes(Type) && (field === 'Assign' || field === 'Output')
  return [
    ...(/\$states\.result\b/.test(text) && !result ? ['result'] : []),
    ...(/\$states\.errorOutput\b/.test(text) && field !== 'Catch' ? ['errorOutput'] : []),
  ].map((part) => `${path}: ${field} of a ${Type} has no $states.${part}`)
}

/** Every JSONata expression of the state itself, with the field of the state that it is in. */
function expressions(state: State): { field: string; text: string }[] {
  return Object.entries(state)
    .filter(([field]) => field !== 'ItemProcessor' && field !== 'Branches')
    .flatMap(([field, value]) => texts(value).map((text) => ({ field, text })))
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') {
    const [, text] = /^\{%([\s\S]*)%\}\s*$/.exec(value) ?? []
    return text === undefined ? [] : [text]
  }
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(texts) : []
}

/** The free variables of an expression; one that cannot be read has none (the validator names it). */
function reads(text: string): Set<string> {
  const found = new Set<string>()
  try {
    visit(jsonata(text).ast(), new Set(), found)
  } catch {
    return new Set()
  }
  return found
}

/** What the visit looks at of a node of JSONata's tree; the kinds of nodes have little else in common. */
interface Node {
  type?: string
  value?: unknown
  procedure?: unknown
  arguments?: Node[]
  lhs?: Node
  rhs?: Node
  expressions?: Node[]
}

function visit(thing: unknown, bound: Set<string>, found: Set<string>): void {
  if (thing === null || typeof thing !== 'object') return
  if (Array.isArray(thing)) {
    for (const one of thing) visit(one, bound, found)
    return
  }
  const node = thing as Node
  if (node.type === 'variable' && typeof node.value === 'string') {
    if (node.value !== '' && node.value !== '$' && !bound.has(node.value)) found.add(node.value)
  } else if (node.type === 'lambda') {
    const parameters = (node.arguments ?? []).map(({ value }) => String(value))
    visit((thing as { body?: unknown }).body, new Set([...bound, ...parameters]), found)
    return
  } else if (node.type === 'block') {
    visitBlock(node.expressions ?? [], bound, found)
    return
  }
  const isCall = node.type === 'function' || node.type === 'partial'
  for (const [key, value] of Object.entries(thing)) {
    // What is called is a function of the language, as a variable holds data only.
    if (!(isCall && key === 'procedure')) visit(value, bound, found)
  }
}

/** `( $x := …; … )`: what is bound in a block is known to the expressions after it. */
function visitBlock(parts: Node[], bound: Set<string>, found: Set<string>): void {
  const own = new Set(bound)
  for (const part of parts) {
    if (part.type !== 'bind') {
      visit(part, own, found)
      continue
    }
    visit(part.rhs, own, found)
    own.add(String(part.lhs?.value))
  }
}
