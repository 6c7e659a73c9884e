import { setTimeout as sleep } from 'node:timers/promises'
import type { Output } from './output.ts'

/** What is looked at again and again: as data, and for people. */
export interface Look {
  data: unknown
  text: string
}

/**
 * Shows how something is until Ctrl-C: on a terminal all of it in place, elsewhere what changed as new lines.
 * What fails after the first look is shown like anything else, as it may pass.
 * @throws what the first look throws
 */
export async function watch(
  look: () => Promise<Look>,
  { output, everyMs, head }: { output: Output; everyMs: number; head: string },
): Promise<never> {
  /** The last look that saw something, and the newest, if that did not. */
  let seen = await look()
  let before = [seen]
  show(output, head, [], seen)
  for (;;) {
    await sleep(everyMs)
    const now = await look().catch(asLook)
    show(output, head, before, now)
    if (!('problem' in now)) seen = now
    before = [seen, now]
  }
}

const asLook = ({ name, message }: Error): Look & { problem: true } => ({
  data: { error: { name, message } },
  text: `unknown: ${message}`,
  problem: true,
})

function show(output: Output, head: string, before: readonly Look[], now: Look): void {
  const time = new Date().toISOString().slice(11, 19)
  if (output.drawsAgain) output.screen(`${time} UTC  ${head}\n\n${now.text}`)
  else if (output.json) {
    if (JSON.stringify(before.at(-1)?.data) !== JSON.stringify(now.data)) output.line(now.data, '')
  } else
    for (const line of newLines(before.map(({ text }) => text).join('\n'), now.text))
      output.line(undefined, `${time}  ${line}`)
}

/** The lines that were not there before, however far columns moved and however long things last meanwhile. */
export function newLines(before: string, now: string): string[] {
  const words = (line: string): string =>
    line
      .trim()
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/(\b\d[\d.]* (s|min|h)\b ?)+/g, '')
  const known = new Set(before.split('\n').map(words))
  return now.split('\n').filter((line) => !known.has(words(line)))
}
