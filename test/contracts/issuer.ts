import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import type { Issuer } from '../../apps/lib/identity/issuer.ts'
import { certificateRequest } from '../../apps/lib/identity/request.ts'

/** An issuer, as one service has it, and what it must hold to. */
export interface IssuerUnderTest {
  issuer: Issuer
  /** Seconds that were asked for. */
  seconds: number
  /** Of the authority, PEM. */
  authority: string
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** What every issuer does: the control plane's, and the one that tests of programs use. */
export function issuerContract(name: string, make: () => Promise<IssuerUnderTest> | IssuerUnderTest): void {
  describe(`${name}, as an issuer of certificates`, () => {
    it('certifies the key of the request under the name of the service, for the time asked for', async () => {
      const { issuer, seconds, authority } = await make()
      const { privateKey, publicKey } = newKey()
      const read = new X509Certificate(await issuer.issue(certificateRequest(privateKey, issuer.name)))
      expect(read.subject).toBe(`CN=${issuer.name}`)
      expect(read.publicKey.equals(publicKey)).toBe(true)
      expect(read.checkIssued(new X509Certificate(authority))).toBe(true)
      expect(read.verify(new X509Certificate(authority).publicKey)).toBe(true)
      const left = (Date.parse(read.validTo) - Date.now()) / 1000
      expect(left).toBeGreaterThan(seconds - 30)
      expect(left).toBeLessThanOrEqual(seconds)
      expect(read.subjectAltName).toBeUndefined()
    }, 60_000)

    it('gives another certificate each time', async () => {
      const { issuer } = await make()
      const request = certificateRequest(newKey().privateKey, issuer.name)
      const [one, other] = await Promise.all([issuer.issue(request), issuer.issue(request)])
      const serial = (pem: string) => new X509Certificate(pem).serialNumber
      expect(serial(one)).not.toBe(serial(other))
    }, 60_000)

    it('refuses another name, and what is no request', async () => {
      const { issuer } = await make()
      const { privateKey } = newKey()
      for (const request of [certificateRequest(privateKey, 'other'), Buffer.from('nonsense')])
        await expect(issuer.issue(request)).rejects.toMatchObject({ name: 'IssuerRefusal' })
    }, 60_000)
  })
}
