/** Who gives out certificates: the control plane, or another one. */
export interface Issuer {
  /** The service's name, which is the common name of its certificate. */
  readonly name: string
  /**
   * @param request for a certificate, PKCS #10 in binary form
   * @returns the certificate and what signed it, PEM
   * @throws {IssuerRefusal} if it gives none to this program
   */
  issue(request: Uint8Array): Promise<string>
}

/** The issuer understood, and says no; the sentence is its own. */
export class IssuerRefusal extends Error {
  override name = 'IssuerRefusal'
}
