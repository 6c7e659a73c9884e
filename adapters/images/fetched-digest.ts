import { createHash } from 'node:crypto'

const PATIENCE_MS = 10 * 60_000

/**
 * The SHA-256, in hex, of what an address answers.
 * @throws {Error} when it does not answer, or not with success
 */
export async function fetchedDigest(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) })
  if (!answer.ok || !answer.body) throw new Error(`${url} answers ${answer.status}`)
  const digest = createHash('sha256')
  for await (const part of answer.body) digest.update(part)
  return digest.digest('hex')
}
