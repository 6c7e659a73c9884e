import { createInterface } from 'node:readline/promises'
import { InvalidInput } from '../core/base/errors.ts'

/** Whether a person is at the other end of standard input. */
export const canAsk = (): boolean => process.stdin.isTTY === true

/** Asks a question on standard error, since standard output is for results; returns the trimmed answer. */
export async function ask(question: string): Promise<string> {
  const dialogue = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await dialogue.question(question)).trim()
  } finally {
    dialogue.close()
  }
}

/** The person at the terminal, if there is one. */
export interface Dialogue {
  canAsk(): boolean
  ask(question: string): Promise<string>
}

export const TERMINAL: Dialogue = { canAsk, ask }

/** What a person has to agree to. */
export interface Agreement {
  /** The command, such as `restart shop`. */
  place: string
  /** Why it is asked. */
  problem: string
  /** The option that answers beforehand. */
  option: string
  question: string
  /** The answer that means yes. */
  word: string
}

/**
 * Asks before something goes on.
 * @throws {InvalidInput} if a person does not agree, or none can be asked
 */
export async function agreed(
  { place, problem, option, question, word }: Agreement,
  dialogue: Dialogue,
): Promise<void> {
  if (!dialogue.canAsk()) throw new InvalidInput(place, problem, `pass ${option}`)
  if ((await dialogue.ask(question)) !== word)
    throw new InvalidInput(place, 'not confirmed', 'nothing was changed')
}

/**
 * Asks for the name of what goes.
 * @param otherwise what any other answer means, such as `nothing was removed`
 * @throws {InvalidInput} for any other answer
 */
export async function typed(
  place: string,
  question: string,
  name: string,
  otherwise: string,
  dialogue: Dialogue = TERMINAL,
): Promise<void> {
  const answer = await dialogue.ask(question)
  if (answer !== name) throw new InvalidInput(place, `${JSON.stringify(answer)} is not ${name}`, otherwise)
}
