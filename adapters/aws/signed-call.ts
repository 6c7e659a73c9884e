import { AwsV4Signer } from 'aws4fetch'
import * as z from 'zod'
import { ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'

/** Where AWS's APIs are and who asks. */
export interface AwsAccess {
  region: string
  /** Of one service, such as `kafka`. */
  endpoint(service: string): string
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

/** A service of AWS answered with an error; `code` is its name. */
export class AwsRefusal extends ServiceRefusal {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

interface Call {
  service: string
  method?: 'GET' | 'POST' | 'DELETE'
  path?: string
  headers?: Record<string, string>
  body?: string
}

const ANSWER_MS = 5000
const Refusal = z
  .object({ __type: z.string().catch(''), message: z.string().optional(), Message: z.string().optional() })
  .catch({ __type: '' })

/**
 * One signed call without the SDK ("AWS Signature Version 4"), for services of which we make two or three
 * calls: each of its clients is 300 KB.
 * @throws {AwsRefusal} for what AWS refuses, {ServiceFailure} if there is no answer now
 */
export async function signedCall(access: AwsAccess, call: Call): Promise<unknown> {
  const { service, method = 'POST', path = '/', headers = {}, body } = call
  const signed = await new AwsV4Signer({
    url: `${access.endpoint(service)}${path}`,
    service,
    region: access.region,
    method,
    ...access.credentials,
    headers,
    ...(body !== undefined && { body }),
  }).sign()
  const response = await answer(service, signed.url, {
    method,
    headers: signed.headers,
    ...(body !== undefined && { body }),
    signal: AbortSignal.timeout(ANSWER_MS),
  })
  const text = await response.text()
  if (response.ok) return text === '' ? {} : JSON.parse(text)
  const { __type, Message, message = Message } = Refusal.parse(parsed(text))
  const code = (__type || response.headers.get('x-amzn-errortype') || `HTTP ${response.status}`)
    .replace(/^.*#/, '')
    .replace(/:.*$/, '')
  const said = `${service}: ${code}: ${message || text.slice(0, 200)}`
  if (response.status >= 500 || response.status === 429) throw new ServiceFailure(said)
  throw new AwsRefusal(code, said)
}

async function answer(service: string, url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (cause) {
    throw new ServiceFailure(`${service} does not answer`, { cause })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
