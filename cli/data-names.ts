import { type Dialogue, TERMINAL, typed } from './ask.ts'

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
  dialogue: Dialogue = TERMINAL,
): Promise<string[]> {
  for (const { name, text, to = 'lose it' } of data)
    await typed(place, `${text}.\nType ${name} to ${to}: `, name, 'nothing was changed', dialogue)
  return data.map(({ name }) => name)
}
