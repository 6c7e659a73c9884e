import { createInterface } from 'node:readline/promises'

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
