import { ServiceFailure } from '../../core/base/errors.ts'
import { sentence } from '../text/sentence.ts'

/**
 * The result of one check: `bad` keeps something from working, `warning` does not, and of `unknown` nobody
 * can say before it is tried.
 */
export interface Finding {
  subject: string
  state: 'good' | 'warning' | 'bad' | 'unknown'
  text: string
  remedy?: string
}

/** A check's finding; if AWS does not answer it, that nobody can tell, and why. */
export async function tell(
  subject: string,
  check: () => Promise<Omit<Finding, 'subject'>>,
): Promise<Finding> {
  try {
    return { subject, ...(await check()) }
  } catch (error) {
    if (!isAnswer(error)) throw error
    const remedy = 'look it up in the console, or ask for the permission (docs/deployer-policy.json)'
    return { subject, state: 'unknown', text: sentence(error), remedy }
  }
}

/** Refusals of AWS, as the SDK and our own adapters throw them; anything else is a fault of ours. */
const isAnswer = (error: unknown): boolean =>
  error instanceof ServiceFailure || (error instanceof Error && '$metadata' in error)
