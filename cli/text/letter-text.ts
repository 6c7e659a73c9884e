import type { DeadLetter } from '../../adapters/aws/dead-letters.ts'
import { type Hint, readHint, UnknownMessage } from '../../core/registration/hints.ts'
import { table } from '../../local/table.ts'
import { duration } from '../output.ts'

/** What a message to `register` says, in a few words; for an unreadable one, why, and how it begins. */
export function says(body: string): string {
  try {
    return inWords(readHint(body))
  } catch (error) {
    if (!(error instanceof UnknownMessage)) throw error
    const [problem] = error.message.split('\n')
    return `${problem} ${JSON.stringify(body.slice(0, 60))}`
  }
}

function inWords(hint: Hint): string {
  if (hint.kind === 'state') return `${hint.instanceId} is ${hint.state}`
  if (hint.kind === 'drained') return `${hint.instanceId} is drained`
  return `${hint.instanceId} is to go: ${hint.reason}`
}

/** One line per message, the oldest first. */
export function deadLettersText(letters: (DeadLetter & { says: string })[], now: Date): string {
  if (letters.length === 0) return 'No dead letters.'
  const rows = letters.map(({ sentAt, says: text }) => [
    sentAt.toISOString().slice(0, 19).replace('T', ' '),
    duration(now.getTime() - sentAt.getTime()),
    text,
  ])
  return table([['sent (UTC)', 'age', 'says'], ...rows])
}
