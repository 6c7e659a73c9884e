import { readFile } from 'node:fs/promises'
import { InvalidInput } from '../core/base/errors.ts'

/** Where a value may come from: a terminal has `setRawMode`. */
export type ValueSource = NodeJS.ReadStream

/** What a person types to end or to correct it. */
const [ENTER, RETURN, END, INTERRUPT, ERASE, BACKSPACE] = ['\n', '\r', '\u0004', '\u0003', '\u007f', '\b']

/**
 * A value that nobody sees: from a file as it is, from a terminal without echo, else from standard input
 * without the line break at its end, which `echo` adds.
 * @throws {InvalidInput} if it is not text, or if a person gives up
 */
export async function hiddenValue(
  place: string,
  question: string,
  file: string | undefined,
  input: ValueSource = process.stdin,
  say: (text: string) => void = (text) => void process.stderr.write(text),
): Promise<string> {
  if (file !== undefined) return asText(place, await fileBytes(place, file))
  if (input.isTTY) return await typedUnseen(place, question, input, say)
  const parts: Buffer[] = []
  for await (const part of input) parts.push(Buffer.from(part))
  return asText(place, Buffer.concat(parts)).replace(/\r?\n$/, '')
}

async function fileBytes(place: string, file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new InvalidInput(place, `${file} cannot be read: ${(cause as Error).message}`, undefined, { cause })
  }
}

function asText(place: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new InvalidInput(place, 'the value is not text', 'encode it, for example as base64', { cause })
  }
}

/** Without echo; the terminal is as before when it ends. */
async function typedUnseen(
  place: string,
  question: string,
  input: ValueSource,
  say: (text: string) => void,
): Promise<string> {
  say(question)
  const wasRaw = input.isRaw
  input.setRawMode(true)
  let value = ''
  try {
    for await (const part of input.iterator({ destroyOnReturn: false })) {
      for (const letter of String(part)) {
        if (letter === INTERRUPT) throw new InvalidInput(place, 'interrupted', 'nothing was set')
        if (letter === ENTER || letter === RETURN || letter === END) return value
        value = letter === ERASE || letter === BACKSPACE ? [...value].slice(0, -1).join('') : value + letter
      }
    }
    return value
  } finally {
    input.setRawMode(wasRaw)
    input.pause()
    say('\n')
  }
}
