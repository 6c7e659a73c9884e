import { get } from 'node:http'
import { text } from 'node:stream/consumers'
import { ServiceFailure } from '../../core/errors.ts'

/** What one request through the gateway brought: the instance that answered, or why none did. */
export type Answered = { instance: string; zone: string; image: string } | { failure: string }

/**
 * Asks the web app who answers. Never rejects. Node asks the system for `web.localhost`, which not every system
 * knows, so the request goes to the gateway's address with the name in its Host header, as a browser sends it.
 */
export function whoAnswers(url: string): Promise<Answered> {
  const { host, port } = new URL(url)
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve({ failure: error.message })
    const sent = get(
      { host: '127.0.0.1', port, path: '/whoami', headers: { host }, timeout: 5000 },
      (response) => {
        text(response).then((body) => {
          if (response.statusCode === 200) resolve(JSON.parse(body) as Answered)
          else resolve({ failure: `HTTP ${response.statusCode}` })
        }, failed)
      },
    )
    sent.once('timeout', () => sent.destroy(new Error('no answer within 5 s')))
    sent.once('error', failed)
  })
}

/** Sends requests every 50 ms until it is stopped. */
export class Traffic {
  readonly #url: string
  readonly #timer: NodeJS.Timeout
  readonly #pending = new Set<Promise<void>>()
  readonly answers: Answered[] = []

  constructor(url: string) {
    this.#url = url
    this.#timer = setInterval(() => this.#ask(), 50)
  }

  #ask(): void {
    const asked = whoAnswers(this.#url).then((answer) => {
      this.answers.push(answer)
      this.#pending.delete(asked)
    })
    this.#pending.add(asked)
  }

  /** Stops, and returns how many requests were answered and why others were not. */
  async stop(): Promise<{ answered: number; failures: string[] }> {
    clearInterval(this.#timer)
    await Promise.all(this.#pending)
    const failures = this.answers.flatMap((answer) => ('failure' in answer ? [answer.failure] : []))
    return { answered: this.answers.length - failures.length, failures }
  }
}

/** The instances that answer `count` requests in turn. @throws ServiceFailure when one is not answered */
export async function askInTurn(
  url: string,
  count: number,
): Promise<{ instance: string; zone: string; image: string }[]> {
  const answers = []
  for (let asked = 0; asked < count; asked += 1) {
    const answer = await whoAnswers(url)
    if ('failure' in answer) throw new ServiceFailure(`${url} does not answer: ${answer.failure}`)
    answers.push(answer)
  }
  return answers
}
