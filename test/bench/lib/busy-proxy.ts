import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** From when to when something was under way, in milliseconds since 1970. */
export type Interval = [from: number, to: number]

/** Milliseconds that lie in at least one of the intervals. */
export function covered(intervals: Interval[]): number {
  let [sum, end] = [0, Number.NEGATIVE_INFINITY]
  for (const [from, to] of intervals.toSorted(([one], [other]) => one - other)) {
    sum += Math.max(0, to - Math.max(from, end))
    end = Math.max(end, to)
  }
  return sum
}

/** A proxy in front of a region that times its answers. */
export class BusyProxy {
  readonly #target: URL
  readonly #server: Server
  readonly #agent = new Agent({ keepAlive: true })
  #answers: Interval[] = []

  constructor(target: string) {
    this.#target = new URL(target)
    this.#server = createServer((incoming, answer) => {
      const began = now()
      answer.once('close', () => this.#answers.push([began, now()]))
      const { method, url, headers } = incoming
      const { hostname, port } = this.#target
      const options = { hostname, port, method, path: url, headers, agent: this.#agent }
      const outgoing = request(options, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers)
        response.pipe(answer)
      })
      outgoing.once('error', () => answer.destroy())
      incoming.pipe(outgoing)
    })
  }

  /** Its own address, such as `http://127.0.0.1:40001`. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
    this.#agent.destroy()
  }

  /** When which requests were answered since the last call. */
  take(): Interval[] {
    const answers = this.#answers
    this.#answers = []
    return answers
  }
}

/** More exact than Date.now(), which has whole milliseconds. */
const now = (): number => performance.timeOrigin + performance.now()
