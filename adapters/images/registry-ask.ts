import * as z from 'zod'

/** What a registry answers to a client that needs a token first. */
const tokenSchema = z.object({ token: z.string() })

/** How an image registry is asked. */
export interface RegistryRequest {
  method?: 'GET' | 'HEAD'
  /** Media types. */
  accept: string
  /** Milliseconds for each request. */
  patience: number
  /** One that an earlier answer brought. */
  token?: string | undefined
}

/**
 * Asks a registry, and once more with the token that it wants ("Distribution specification": token, then the
 * request).
 * @throws {Error} when it does not answer, or asks for a login
 */
export async function askRegistry(
  url: string,
  { method = 'GET', accept, patience, token }: RegistryRequest,
): Promise<{ answer: Response; token?: string | undefined }> {
  const ask = (bearer: string | undefined): Promise<Response> =>
    fetch(url, {
      method,
      headers: { accept, ...(bearer && { authorization: `Bearer ${bearer}` }) },
      signal: AbortSignal.timeout(patience),
    })
  const answer = await ask(token)
  if (answer.status !== 401) return { answer, token }
  const fresh = await tokenFor(answer.headers.get('www-authenticate') ?? '', patience)
  return { answer: await ask(fresh), token: fresh }
}

/** Undefined when the answer has none: the registry then says what it thinks of that. */
async function tokenFor(challenge: string, patience: number): Promise<string | undefined> {
  const { realm, ...query } = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  )
  if (!realm) throw new Error(`the registry asks for a login: ${challenge}`)
  const answer = await fetch(`${realm}?${new URLSearchParams(query)}`, {
    signal: AbortSignal.timeout(patience),
  })
  return tokenSchema.safeParse(await answer.json()).data?.token
}
