import { setTimeout as sleep } from 'node:timers/promises'
import { AwsV4Signer } from 'aws4fetch'
import * as z from 'zod'
import { NanofleetError } from '../../core/base/errors.ts'

/** Where Parameter Store is and who asks. */
export interface StoreAccess {
  region: string
  endpoint: string
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

/** How often to try and how long to wait for an answer. */
export interface Patience {
  attempts: number
  answerMs: number
  /** Before the second attempt; doubled before each later one. */
  pauseMs: number
}

/**
 * Without a way out of the network it fails after 10 s, before the 25 s of the function `consul` are over.
 */
const PATIENCE: Patience = { attempts: 3, answerMs: 3000, pauseMs: 100 }

/** Parameter Store answered with an error; `name` is its code, such as AccessDeniedException. */
class ParameterStoreError extends NanofleetError {
  readonly passing: boolean

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = code
    this.passing = status >= 500 || status === 429 || /Throttling|TooManyRequests/.test(code)
  }
}

const Answer = z.object({ Parameters: z.array(z.object({ Name: z.string(), Value: z.string() })) })
/** AWS writes the sentence of some refusals, those of missing rights among them, with a capital letter. */
const Refusal = z
  .object({ __type: z.string().catch(''), message: z.string().optional(), Message: z.string().optional() })
  .catch({ __type: '' })

/**
 * GetParameters with decryption, without the SDK: its client would be two thirds of what the function
 * `consul` loads, and this is the only call the function makes to AWS (AWS Systems Manager API Reference,
 * "GetParameters"; "AWS Signature Version 4").
 * @returns the existing values, by name
 */
export const leanParameters =
  (access: StoreAccess, patience = PATIENCE) =>
  async (names: string[]): Promise<ReadonlyMap<string, string>> => {
    const body = JSON.stringify({ Names: names, WithDecryption: true })
    for (let attempt = 1; ; attempt++) {
      try {
        const { Parameters } = Answer.parse(await ask(access, body, patience.answerMs))
        return new Map(Parameters.map(({ Name, Value }) => [Name, Value]))
      } catch (error) {
        if (attempt >= patience.attempts || !mayPass(error)) throw error
        await sleep(patience.pauseMs * 2 ** (attempt - 1))
      }
    }
  }

/** Also if the connection broke or the answer took too long. */
const mayPass = (error: unknown): boolean =>
  error instanceof ParameterStoreError ? error.passing : !(error instanceof z.ZodError)

async function ask(access: StoreAccess, body: string, answerMs: number): Promise<unknown> {
  const signed = await new AwsV4Signer({
    url: access.endpoint,
    service: 'ssm',
    region: access.region,
    ...access.credentials,
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'AmazonSSM.GetParameters' },
    body,
  }).sign()
  const { url, method, headers } = signed
  const response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(answerMs) })
  if (response.ok) return await response.json()
  const text = await response.text()
  const { __type, Message, message = Message } = Refusal.parse(parsed(text))
  const code = __type.slice(__type.indexOf('#') + 1) || `HTTP ${response.status}`
  throw new ParameterStoreError(response.status, code, message || text.slice(0, 200))
}

/** A proxy between us and AWS may answer with a web page. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
