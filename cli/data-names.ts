import { InvalidInput } from '../core/base/errors.ts'
import { ask, canAsk } from './ask.ts'

/** The person at the terminal, if there is one. */
export type Dialogue = { canAsk: () => boolean; ask: (question: string) => Promise<string> }

/** What a person has to name before it goes. */
export interface NamedData {
  name: string
  /** What it is, and what it holds. */
  text: string
  /** What the person agrees to. */
  to?: string
}

/** `--replace-data Orders,Old`, which may be repeated: commander passes what came before. */
export const nameList = (text: string, before: string[] | boolean | undefined): string[] => [
  ...(Array.isArray(before) ? before : []),
  ...text.split(',').filter((name) => name !== ''),
]

/**
 * Asks for the name of each thing whose data goes.
 * @param place the command, such as `deploy shop`
 * @throws {InvalidInput} as soon as one is not named
 */
export async function typeNames(
  place: string,
  data: readonly NamedData[],
  dialogue: Dialogue = { canAsk, ask },
): Promise<string[]> {
  for (const { name, text, to = 'lose it' } of data) {
    const answer = await dialogue.ask(`${text}.\nType ${name} to ${to}: `)
    if (answer !== name)
      throw new InvalidInput(place, `${JSON.stringify(answer)} is not ${name}`, 'nothing was changed')
  }
  return data.map(({ name }) => name)
}
