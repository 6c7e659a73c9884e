import { NanofleetError } from '../../core/base/errors.ts'
import type { ProxyAnswer, ProxyProblem, ProxyRequest } from '../../core/proxy/message.ts'

/** How requests of a client get to a service and back. */
export interface Exchange {
  /** The service's name in Consul. */
  service: string
  /** Takes a request to the function and brings the answer back. */
  carry(request: ProxyRequest, signal: AbortSignal): Promise<ProxyAnswer>
  /** Is given a sentence about each request that the service did not answer. */
  told(sentence: string): void
}

/** The service gave no answer. */
export class Unanswered extends NanofleetError {
  readonly problem: ProxyProblem

  constructor({ problem, sentence }: { problem: ProxyProblem; sentence: string }) {
    super(sentence)
    this.problem = problem
  }
}
