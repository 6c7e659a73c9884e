import type { ConsulServer, ServiceCatalog } from '../../core/base/catalog.ts'
import type { FirstAnswer } from '../../core/registration/first-answer.ts'
import { ConsulHttp } from './http.ts'
import type { ConsulRequests } from './requests.ts'

/** Consul from inside the VPC, where the instances can be asked what their checks will say. */
export class ProbingConsul extends ConsulHttp {
  readonly #first: FirstAnswer

  constructor(first: FirstAnswer, requests: ConsulRequests) {
    super(requests)
    this.#first = first
  }

  override async register(
    server: ConsulServer,
    { registration, asleep }: Parameters<ServiceCatalog['register']>[1],
  ): Promise<void> {
    const begun = asleep === undefined ? await this.#first.of(registration) : registration
    await super.register(server, { registration: begun, asleep })
  }
}
