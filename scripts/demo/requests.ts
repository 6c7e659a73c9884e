import { ServiceFailure } from '../../core/base/errors.ts'
import { throughGateway } from './gateway.ts'

/** The result of one request through the gateway: the instance that answered, or why none did. */
export type Answered = { instance: string; zone: string; image: string } | { failure: string }

/** Asks the web app which instance answers. Never rejects. */
export async function whoAnswers(url: string): Promise<Answered> {
  try {
    const { status, body } = await throughGateway(new URL('/whoami', url).href)
    return status === 200 ? (JSON.parse(body.toString()) as Answered) : { failure: `HTTP ${status}` }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
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
