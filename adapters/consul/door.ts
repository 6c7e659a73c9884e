import type {
  CatalogEntry,
  ClusterView,
  ConsulServer,
  Listing,
  Registration,
  ServiceCatalog,
} from '../../core/base/catalog.ts'
import { ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import type { DoorAnswer, DoorCall, DoorRequest, DoorResponse, Verb } from '../../core/registration/door.ts'
import { ConsulFailure } from './requests.ts'

/** Carries a message to the Lambda `consul` and its answer back. */
export type Carry = (request: DoorRequest) => Promise<DoorResponse>

/** Calls in one message: at some 300 writes per second and server they take about a second. */
const CALLS = 250

interface Pending {
  call: DoorCall
  resolve(value: unknown): void
  reject(error: Error): void
}

/**
 * Consul from outside the VPC: the same port as `ConsulHttp`, whose calls the Lambda `consul` carries out. Calls made
 * in the same turn of the event loop travel together.
 */
export class ConsulDoor implements ServiceCatalog {
  readonly #carry: Carry
  #pending: Pending[] = []

  constructor(carry: Carry) {
    this.#carry = carry
  }

  async listing(server: ConsulServer, instanceIds?: string[], patience?: number): Promise<Listing> {
    return (await this.#call('listing', server, instanceIds, patience)) as Listing
  }

  async cluster(server: ConsulServer, present?: string[]): Promise<ClusterView> {
    return (await this.#call('cluster', server, present)) as ClusterView
  }

  async register(server: ConsulServer, registration: Registration, asleep?: string): Promise<void> {
    await this.#call('register', server, registration, asleep)
  }

  async deregister(server: ConsulServer, id: string): Promise<void> {
    await this.#call('deregister', server, id)
  }

  async forget(server: ConsulServer, node: string, id: string): Promise<void> {
    await this.#call('forget', server, node, id)
  }

  async maintenance(server: ConsulServer, id: string, reason: string | null, instead = false): Promise<void> {
    await this.#call('maintenance', server, id, reason, instead || undefined)
  }

  async secretReports(server: ConsulServer): Promise<Record<string, string>> {
    return (await this.#call('secretReports', server)) as Record<string, string>
  }

  async health(server: ConsulServer, services: string[]): Promise<Record<string, CatalogEntry[]>> {
    return (await this.#call('health', server, services)) as Record<string, CatalogEntry[]>
  }

  /** Arguments left out at the end are not in the message; one left out before others arrives as null. */
  #call(verb: Verb, ...given: unknown[]): Promise<unknown> {
    const args = given.slice(0, given.findLastIndex((argument) => argument !== undefined) + 1)
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(() => this.#flush())
      this.#pending.push({ call: { verb, args }, resolve, reject })
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
