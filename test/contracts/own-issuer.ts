import { randomBytes } from 'node:crypto'
import { type Issuer, IssuerRefusal } from '../../apps/lib/identity/issuer.ts'
import { pem } from '../../apps/lib/identity/request.ts'
import { MalformedRequest, readRequest } from '../../core/secrets/certificate-request.ts'
import { issue, keyWithRequest } from '../../local/tools/x509.ts'

const ALGORITHM = 'SHA256WITHECDSA'
const HOUR = 3_600_000

/** An authority in memory, which signs for one service. */
export class OwnIssuer implements Issuer {
  readonly name: string
  /** Of the authority, PEM. */
  readonly authority: string
  /** Set to make it fail. */
  failure: Error | undefined
  issued = 0
  seconds: number
  readonly #key: string

  constructor(name: string, seconds: number) {
    this.name = name
    this.seconds = seconds
    const { key, csr } = keyWithRequest({ CommonName: 'own' }, 'EC_prime256v1', ALGORITHM)
    this.#key = key
    this.authority = this.#sign(csr, 'root', 24 * HOUR)
  }

  async issue(request: Uint8Array): Promise<string> {
    if (this.failure) throw this.failure
    this.#check(request)
    this.issued += 1
    return this.#sign(pem(request), 'client', this.seconds * 1000, this.authority)
  }

  /** A certificate for a server at this address. */
  server(address: string): { cert: string; key: string } {
    const { key, csr } = keyWithRequest({ CommonName: 'server' }, 'EC_prime256v1', ALGORITHM, [address])
    return { key, cert: this.#sign(csr, 'server', HOUR, this.authority) }
  }

  #check(request: Uint8Array): void {
    try {
      const { subject } = readRequest(pem(request))
      if (!subject.subarray(-this.name.length).equals(Buffer.from(this.name)))
        throw new IssuerRefusal('for another name')
    } catch (error) {
      if (error instanceof MalformedRequest) throw new IssuerRefusal(error.message)
      throw error
    }
  }

  #sign(csr: string, kind: 'root' | 'client' | 'server', ms: number, issuer?: string): string {
    const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)]).toString('hex')
    const notBefore = new Date(Date.now() - HOUR).toISOString()
    const notAfter = new Date(Date.now() + ms).toISOString()
    return issue({ csr, key: this.#key, issuer, kind, serial, notBefore, notAfter, algorithm: ALGORITHM })
  }
}
