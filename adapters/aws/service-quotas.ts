import { AwsV4Signer } from 'aws4fetch'
import * as z from 'zod'
import { ServiceFailure } from '../../core/base/errors.ts'

/** Where Service Quotas is and who asks. */
export interface QuotasAccess {
  region: string
  endpoint: string
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>
}

const Quota = z.object({ QuotaCode: z.string(), QuotaName: z.string(), Value: z.number() })
const One = z.object({ Quota })
const Page = z.object({ Quotas: z.array(Quota), NextToken: z.string().optional() })
const Refusal = z.object({
  __type: z.string(),
  message: z.string().optional(),
  Message: z.string().optional(),
})

/** A quota's value in the account, by its code. */
export type QuotaReader = (service: string, code: string) => Promise<number>

/**
 * GetServiceQuota, signed by hand: its SDK would be one more package for two calls (Service Quotas API
 * Reference).
 * @throws {ServiceFailure} when Service Quotas refuses or does not answer
 */
export const quotaReader =
  (access: QuotasAccess): QuotaReader =>
  async (service, code) =>
    One.parse(await ask(access, 'GetServiceQuota', { ServiceCode: service, QuotaCode: code })).Quota.Value

/**
 * The value of a quota by its name, for those whose code differs between kinds of machines; undefined when
 * the service has none of that name.
 * @throws {ServiceFailure} as above
 */
export async function quotaNamed(
  access: QuotasAccess,
  service: string,
  name: string,
): Promise<number | undefined> {
  for (let token: string | undefined; ; ) {
    const asked = { ServiceCode: service, MaxResults: 100, ...(token && { NextToken: token }) }
    const page = Page.parse(await ask(access, 'ListServiceQuotas', asked))
    const found = page.Quotas.find(({ QuotaName }) => QuotaName === name)
    if (found) return found.Value
    token = page.NextToken
    if (token === undefined) return undefined
  }
}

async function ask(access: QuotasAccess, action: string, input: object): Promise<unknown> {
  const body = JSON.stringify(input)
  const { url, method, headers } = await new AwsV4Signer({
    url: access.endpoint,
    service: 'servicequotas',
    region: access.region,
    ...(await access.credentials()),
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': `ServiceQuotasV20190624.${action}`,
    },
    body,
  }).sign()
  const response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(5000) }).catch(
    (cause: unknown) => {
      throw new ServiceFailure(`Service Quotas does not answer: ${String(cause)}`, { cause })
    },
  )
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok) return answer
  const { __type, message, Message } = Refusal.catch({ __type: `HTTP ${response.status}` }).parse(answer)
  const code = __type.slice(__type.indexOf('#') + 1)
  throw new ServiceFailure(`Service Quotas refuses ${action}: ${code}: ${message ?? Message ?? ''}`)
}
