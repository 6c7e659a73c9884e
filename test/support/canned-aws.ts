import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** An action's answer: the content of its XML response, a JSON value, or the name of an error. */
export type Answer = string | Record<string, unknown> | { error: string }

/**
 * AWS with given answers, for the real SDK clients over HTTP: each action returns its list page by page, and
 * an action that is not listed returns an empty answer.
 */
export class CannedAws {
  /** Actions in the order in which they were called, with the text of their parameters. */
  readonly calls: { action: string; body: string }[] = []
  readonly #answers: Map<string, Answer[]>
  readonly #server: Server

  constructor(answers: Record<string, Answer | Answer[]>) {
    this.#answers = new Map(
      Object.entries(answers).map(([action, given]) => [action, Array.isArray(given) ? [...given] : [given]]),
    )
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type })
        response.end(body)
      })
    })
  }

  /** Settings for a client of this; it does not retry. */
  async start() {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const { port } = this.#server.address() as AddressInfo
    return {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage) {
    const body = await text(request)
    const target = request.headers['x-amz-target']
    const json = typeof target === 'string'
    const action = (json ? target.split('.').at(-1) : new URLSearchParams(body).get('Action')) ?? ''
    this.calls.push({ action, body })
    const queue = this.#answers.get(action) ?? []
    const answer = queue.length > 1 ? queue.shift() : queue[0]
    return json ? jsonAnswer(answer) : xmlAnswer(action, answer)
  }
}

const failed = (answer: Answer | undefined): answer is { error: string } =>
  typeof answer === 'object' && typeof answer.error === 'string' && Object.keys(answer).length === 1

function jsonAnswer(answer: Answer | undefined) {
  const type = 'application/x-amz-json-1.1'
  if (failed(answer))
    return { status: 400, type, body: JSON.stringify({ __type: answer.error, message: 'no' }) }
  return { status: 200, type, body: JSON.stringify(answer ?? {}) }
}

function xmlAnswer(action: string, answer: Answer | undefined) {
  const type = 'text/xml'
  if (failed(answer)) {
    const error = `<Error><Code>${answer.error}</Code><Message>no</Message></Error>`
    // EC2 wraps errors in Response, Auto Scaling in ErrorResponse.
    const ec2 = !action.includes('AutoScaling') && !action.includes('LaunchConfigurations')
    const body = ec2
      ? `<Response><Errors>${error}</Errors></Response>`
      : `<ErrorResponse>${error}</ErrorResponse>`
    return { status: 400, type, body }
  }
  const inside = typeof answer === 'string' ? answer : ''
  // EC2 answers in the response itself, Auto Scaling in a result inside it.
  const body = `<${action}Response>${inside}<${action}Result>${inside}</${action}Result></${action}Response>`
  return { status: 200, type, body }
}
