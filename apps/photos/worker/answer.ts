import { Refusal } from '../../lib/refusal.ts'

/**
 * The answer of another service when it is a good one.
 * @throws Refusal with its status and sentence
 */
export async function good(answer: Response): Promise<Response> {
  if (answer.ok) return answer
  throw new Refusal(answer.status, (await answer.text()).trim())
}

/** As `good`, for an answer without content. */
export async function done(answer: Response): Promise<void> {
  await (await good(answer)).body?.cancel()
}
