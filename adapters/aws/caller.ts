import { ServiceFailure } from '../../core/base/errors.ts'
import { type Proof, Refused } from '../../core/kafka/sign-client.ts'
import type { AwsAccess } from './signed-call.ts'

const ANSWER_MS = 5000
const BODY = 'Action=GetCallerIdentity&Version=2011-06-15'
const KIND = 'application/x-www-form-urlencoded'
const SIGNED = 'content-type;host;x-amz-date;x-amz-security-token;x-nanofleet-proof'

/**
 * Asks STS whose signature a proof is. The call is made here from parts, so that its place, headers and body
 * are not the caller's choice; docs/kafka.md, "A service's certificate".
 */
export const callerOf =
  (access: Pick<AwsAccess, 'region' | 'endpoint'>) =>
  async (proof: Proof, bound: string): Promise<string> => {
    const scope = `${proof.date.slice(0, 8)}/${access.region}/sts/aws4_request`
    const response = await ask(access.endpoint('sts'), {
      'content-type': KIND,
      'x-amz-date': proof.date,
      'x-amz-security-token': proof.sessionToken,
      'x-nanofleet-proof': bound,
      authorization: `AWS4-HMAC-SHA256 Credential=${proof.accessKeyId}/${scope}, SignedHeaders=${SIGNED}, Signature=${proof.signature}`,
    })
    const text = await response.text()
    if (response.status >= 500 || response.status === 429)
      throw new ServiceFailure(`sts answers with status ${response.status}`)
    if (!response.ok) throw new Refused(`sts: ${only(text, 'Code')}: ${only(text, 'Message')}`)
    const arn = only(text, 'Arn')
    if (arn === '') throw new ServiceFailure('sts does not tell whose signature it is')
    return arn
  }

async function ask(endpoint: string, headers: Record<string, string>): Promise<Response> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  try {
    return await fetch(`${endpoint.replace(/\/$/, '')}/`, {
      method: 'POST',
      redirect: 'error',
      headers,
      body: BODY,
      signal,
    })
  } catch (cause) {
    throw new ServiceFailure('sts does not answer', { cause })
  }
}

/** The text of the only element of this name; empty when there is none, or another one. */
function only(xml: string, name: string): string {
  const found = [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))]
  return found.length === 1 ? (found[0]?.[1] ?? '') : ''
}
