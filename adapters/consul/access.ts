import { ServiceFailure } from '../../core/base/errors.ts'
import { CERTIFICATE, values } from '../../core/secrets/secrets.ts'
import type { SecretSource } from '../aws/secret-reader.ts'

/** What Consul's servers want to see, and how to recognise them. */
export interface ConsulAccess {
  /** Sent as X-Consul-Token. */
  token: string
  /** Certificate of the authority that signed the servers' certificates, PEM. */
  certificate: string
}

export interface AccessSource {
  current(): Promise<ConsulAccess>
  /** The same, read again, because a server refused what we had. */
  renew(): Promise<ConsulAccess>
}

/** How long a read stays valid; a rotation waits longer than that. */
export const ACCESS_KEPT_MS = 20_000
/** Many calls may be refused at once; one of them reads. */
const RENEWED_MS = 1000

/** The access that is kept in Parameter Store. */
export class ParameterAccess implements AccessSource {
  readonly #parameters: SecretSource
  readonly #now: () => number
  #held: ConsulAccess | undefined
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<ConsulAccess> | undefined

  constructor(parameters: SecretSource, now: () => number = Date.now) {
    this.#parameters = parameters
    this.#now = now
  }

  async current(): Promise<ConsulAccess> {
    if (this.#held && this.#now() - this.#readAt < ACCESS_KEPT_MS) return this.#held
    // While Parameter Store does not answer, old values are better than none.
    const held = this.#held
    return await this.#read().catch((error: unknown) => {
      if (!held) throw error
      this.#readAt = this.#now()
      return held
    })
  }

  async renew(): Promise<ConsulAccess> {
    if (this.#held && this.#now() - this.#readAt < RENEWED_MS) return this.#held
    return await this.#read()
  }

  /** Forgets what was read. */
  forget(): void {
    this.#held = undefined
  }

  #read(): Promise<ConsulAccess> {
    this.#reading ??= this.#fetch().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #fetch(): Promise<ConsulAccess> {
    const found = await this.#parameters.read([CERTIFICATE, 'registration-token'])
    const certificate = found.get(CERTIFICATE)
    const [token] = values(found.get('registration-token') ?? '')
    if (!certificate || !token)
      throw new ServiceFailure('the secrets of the platform are missing; deploy the platform again')
    this.#held = { certificate, token }
    this.#readAt = this.#now()
    return this.#held
  }
}
