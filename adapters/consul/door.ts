import type { ConsulServer, ServiceCatalog } from '../../core/base/catalog.ts'
import { ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import type { DoorAnswer, DoorCall, DoorRequest, DoorResponse, Verb } from '../../core/registration/door.ts'
import { ConsulFailure } from './requests.ts'

/** Takes a message to the Lambda `consul` and brings its answer back. */
export type Carry = (request: DoorRequest) => Promise<DoorResponse>

/** Calls in one message: at some 300 writes per second and server, about a second. */
const CALLS = 250

interface Pending {
  call: DoorCall
  resolve(value: unknown): void
  reject(error: Error): void
}

/**
 * Consul from outside the VPC: the same port as `ConsulHttp`, whose calls the Lambda `consul` carries out.
 * Calls made in the same turn of the event loop travel together.
 */
export class ConsulDoor implements ServiceCatalog {
  readonly #carry: Carry
  #pending: Pending[] = []

  constructor(carry: Carry) {
    this.#carry = carry
  }

  readonly listing: ServiceCatalog['listing'] = (server, of) => this.#call('listing', server, of)
  readonly cluster: ServiceCatalog['cluster'] = (server, of) => this.#call('cluster', server, of)
  readonly register: ServiceCatalog['register'] = (server, of) => this.#call('register', server, of)
  readonly registerNew: ServiceCatalog['registerNew'] = (server, of) => this.#call('registerNew', server, of)
  readonly deregister: ServiceCatalog['deregister'] = (server, of) => this.#call('deregister', server, of)
  readonly forget: ServiceCatalog['forget'] = (server, of) => this.#call('forget', server, of)
  readonly maintenance: ServiceCatalog['maintenance'] = (server, of) => this.#call('maintenance', server, of)
  readonly secretReports: ServiceCatalog['secretReports'] = (server) => this.#call('secretReports', server)
  readonly health: ServiceCatalog['health'] = (server, of) => this.#call('health', server, of)

  #call<T>(verb: Verb, server: ConsulServer, of?: object): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(() => this.#flush())
      const call: DoorCall = of === undefined ? { verb, server } : { verb, server, of }
      this.#pending.push({ call, resolve: (value) => resolve(value as T), reject })
    })
  }

  #flush(): void {
    const pending = this.#pending
    this.#pending = []
    for (let start = 0; start < pending.length; start += CALLS)
      void this.#send(pending.slice(start, start + CALLS))
  }

  /** Settles every call of the message; never rejects. */
  async #send(batch: Pending[]): Promise<void> {
    try {
      const answers = readAnswers(await this.#carry({ calls: batch.map(({ call }) => call) }), batch.length)
      const deferred = batch.filter((pending, index) => !settleCall(pending, answers[index]))
      if (deferred.length === batch.length)
        throw new ServiceRefusal(
          'the function consul put every call off; its answers do not fit into a message',
        )
      if (deferred.length > 0) await this.#send(deferred)
    } catch (cause) {
      const error =
        cause instanceof ServiceFailure
          ? cause
          : new ConsulFailure(`the function consul does not answer: ${(cause as Error).message}`, { cause })
      for (const { reject } of batch) reject(error)
    }
  }
}

/** @throws {ServiceRefusal} unless there is an answer to every call */
function readAnswers(message: DoorResponse | null, calls: number): DoorAnswer[] {
  const answers = message?.answers
  if (Array.isArray(answers) && answers.length === calls) return answers
  const text = JSON.stringify(message) ?? 'nothing'
  throw new ServiceRefusal(`the function consul left calls unanswered; it said ${text.slice(0, 200)}`)
}

/** @returns false for a call that must be made again */
function settleCall({ resolve, reject }: Pending, answer: DoorAnswer | undefined): boolean {
  if (answer === undefined || 'deferred' in answer) return false
  if ('error' in answer) reject(new (answer.refused ? ServiceRefusal : ConsulFailure)(answer.error))
  else resolve(answer.value)
  return true
}
