import type { Argument, Command, Option } from 'commander'
import type { Load } from '../verb.ts'
import type { CheckoutNames } from './checkout-names.ts'

/** A word that may come next. */
export interface Candidate {
  value: string
  about: string
}

/** A command line up to the cursor, split into commands and options. */
interface Line {
  command: Command
  operands: string[]
  /** The option whose value comes next. */
  option?: Option
}

/**
 * What may come at the cursor.
 * @param load loads a command, so that it knows its options
 * @param words what follows `nanofleet`; the last one may be incomplete
 */
export async function candidates(
  nanofleet: Command,
  load: Load,
  words: readonly string[],
  names: CheckoutNames,
): Promise<Candidate[]> {
  // Bash splits "--stage=dev" and makes the "=" a word of its own.
  const last = words.at(-1) ?? ''
  const current = last === '=' ? '' : last
  const line = await read(
    nanofleet,
    load,
    words.slice(0, -1).filter((word) => word !== '='),
  )
  return next(nanofleet, line, current, names).filter(({ value }) => value.startsWith(current))
}

async function read(nanofleet: Command, load: Load, words: string[]): Promise<Line> {
  const line: Line = { command: nanofleet, operands: [] }
  for (const word of words) {
    if (line.option) {
      delete line.option
    } else if (word.startsWith('-')) {
      const option = optionsOf(nanofleet, line.command).find(({ short, long }) =>
        [short, long].includes(word),
      )
      if (option?.required) line.option = option
    } else {
      const child = line.operands.length === 0 ? childOf(line.command, word) : undefined
      if (child) await load(child)
      if (child) line.command = child
      else line.operands.push(word)
    }
  }
  return line
}

function next(nanofleet: Command, line: Line, current: string, names: CheckoutNames): Candidate[] {
  const { command, operands, option } = line
  if (option) return plain(optionValues(option, names))
  if (current.startsWith('-')) return options(nanofleet, command)
  const argument = argumentAt(command, operands.length)
  const values = argument ? plain(argumentValues(nanofleet, argument, operands, names)) : []
  return operands.length === 0 ? [...commandsOf(command), ...values] : values
}

const childOf = (command: Command, name: string): Command | undefined =>
  command.commands.find((each) => each.name() === name)

const optionsOf = (nanofleet: Command, command: Command): readonly Option[] =>
  command === nanofleet ? command.options : [...command.options, ...nanofleet.options]

function options(nanofleet: Command, command: Command): Candidate[] {
  const own = optionsOf(nanofleet, command).map(({ long, short, description }) => ({
    value: long ?? short ?? '',
    about: description,
  }))
  return [...own, { value: '--help', about: 'display help for command' }]
}

const commandsOf = (command: Command): Candidate[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ value: each.name(), about: each.description() }))

function argumentAt({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1)
  return registeredArguments[index] ?? (last?.variadic ? last : undefined)
}

function optionValues({ long, argChoices }: Option, names: CheckoutNames): string[] {
  if (argChoices) return argChoices
  if (long === '--function') return names.functions()
  return long === '--stage' ? ['local'] : []
}

/** By the argument's name; names already given are not offered again. */
function argumentValues(
  nanofleet: Command,
  argument: Argument,
  operands: string[],
  names: CheckoutNames,
): string[] {
  const [app = ''] = operands
  const values: Record<string, () => string[]> = {
    app: names.apps,
    apps: names.apps,
    service: () => names.services(app),
    services: () => names.services(app),
    command: () => commandsOf(nanofleet).map(({ value }) => value),
  }
  const known = argument.argChoices ?? values[argument.name()]?.() ?? []
  return argument.variadic ? known.filter((value) => !operands.includes(value)) : known
}

const plain = (values: string[]): Candidate[] => values.map((value) => ({ value, about: '' }))
