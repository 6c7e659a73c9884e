import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Destination } from './destination.ts'
import { type Answer, exchange } from './exchange.ts'
import { type Form, formOf } from './form.ts'
import type { Picture } from './picture.ts'
import type { Progress } from './progress.ts'

/** The result of one upload. */
export interface Result {
  token: string
  /** Absent when it was refused. */
  id?: number
  state?: number
  /** Why it was refused, or why the task failed. */
  problem?: string
}

const AT_ONCE = 4
const TRIES = 8
const PASSING = [0, 429, 502, 503, 504]
const LONGEST_PAUSE_MS = 8000

/** Sends the picture `count` times, four at a time, each with its own token. */
export async function uploadAll(
  destination: Destination,
  picture: Picture,
  { count, filter }: { count: number; filter?: string },
  progress: Progress,
): Promise<Result[]> {
  const results: Result[] = []
  const waiting = Array.from({ length: count }, () => randomBytes(16).toString('hex'))
  const show = () => {
    const refused = results.filter(({ problem }) => problem !== undefined).length
    progress.show(`uploaded ${results.length - refused} of ${count}${refused ? `, refused ${refused}` : ''}`)
  }
  show()
  const lane = async (): Promise<void> => {
    for (let token = waiting.pop(); token !== undefined; token = waiting.pop()) {
      results.push(
        await uploadOne(destination, formOf(picture, { token, ...(filter ? { filter } : {}) }), token),
      )
      show()
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, lane))
  progress.end()
  return results
}

/** The same token each time, so that an upload that arrived despite a lost answer counts once. */
async function uploadOne(destination: Destination, form: Form, token: string): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    const { status, text } = await attempt(destination, form)
    if (status === 200 || status === 201) return { token, ...idAndState(text) }
    if (!PASSING.includes(status)) return { token, problem: text.trim() || `HTTP ${status}` }
    if (tried === TRIES)
      return { token, problem: `no answer after ${TRIES} attempts (${text.trim() || `HTTP ${status}`})` }
    await sleep(Math.min(LONGEST_PAUSE_MS, 250 * 2 ** tried) * (0.75 + Math.random() / 2))
  }
}

/** Status 0 means no answer; the text then says why. */
async function attempt({ address, path }: Destination, { type, body }: Form): Promise<Answer> {
  try {
    const headers = { 'content-type': type }
    return await exchange(address, path, { method: 'POST', headers, body, timeoutMs: 60_000 })
  } catch (error) {
    return { status: 0, text: (error as Error).message }
  }
}

function idAndState(text: string): { id: number; state: number } {
  const { id, state } = JSON.parse(text) as { id: number; state: number }
  return { id, state }
}
