import * as z from 'zod'
import { type AwsAccess, AwsRefusal, signedCall } from './signed-call.ts'

const Issued = z.object({ CertificateArn: z.string() })
const Got = z.object({ Certificate: z.string(), CertificateChain: z.string().default('') })

const TEMPLATE = 'template/EndEntityClientAuthCertificate/V1'
const LOOKS = 20
const PAUSE_MS = 500

/** What a certificate is asked for. */
export interface Asked {
  /** ARN. */
  authority: string
  /** PEM. */
  request: string
  seconds: number
}

/**
 * Lets AWS Private CA issue a client's certificate, and waits for it: it takes a moment ("GetCertificate").
 * @returns the certificate and what signed it, PEM
 */
export const clientCertificate =
  (access: AwsAccess, clock: { now(): Date; sleep(ms: number): Promise<unknown> }) =>
  async ({ authority, request, seconds }: Asked): Promise<string> => {
    const ask = (name: string, input: object) =>
      signedCall(access, {
        service: 'acm-pca',
        headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `ACMPrivateCA.${name}` },
        body: JSON.stringify(input),
      })
    const [, partition = 'aws'] = authority.split(':')
    const { CertificateArn } = Issued.parse(
      await ask('IssueCertificate', {
        CertificateAuthorityArn: authority,
        Csr: Buffer.from(request).toString('base64'),
        SigningAlgorithm: 'SHA256WITHECDSA',
        TemplateArn: `arn:${partition}:acm-pca:::${TEMPLATE}`,
        Validity: { Type: 'ABSOLUTE', Value: Math.floor(clock.now().getTime() / 1000) + seconds },
      }),
    )
    for (let look = 1; ; look++) {
      try {
        const got = Got.parse(
          await ask('GetCertificate', { CertificateAuthorityArn: authority, CertificateArn }),
        )
        return `${got.Certificate}\n${got.CertificateChain}\n`
      } catch (error) {
        if (!(error instanceof AwsRefusal && error.code === 'RequestInProgressException') || look >= LOOKS)
          throw error
        await clock.sleep(PAUSE_MS)
      }
    }
  }
