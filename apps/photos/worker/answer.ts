import { Refusal } from '../../lib/refusal.ts'

/**
 * Another service's answer, if it is a success.
 * @throws Refusal with its status and sentence
 */
export async function good(answer: Response): Promise<Response> {
  if (answer.ok) return answer
  throw new Refusal(answer.status, (await answer.text()).trim())
}

/** Like `good`, for an answer without content. */
export async function done(answer: Response): Promise<void> {
  await (await good(answer)).body?.cancel()
}
