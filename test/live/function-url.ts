import { request } from 'node:http'
import { AwsClient } from 'aws4fetch'

/** An answer of a function's URL. */
export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: what comes over HTTP has the form that a test expects
  body: any
}

/** A principal's access key. */
export interface Keys {
  accessKeyId: string
  secretAccessKey: string
}

/** One request to a function's URL, signed as AWS wants it. */
export async function askSigned(
  who: Keys & { region: string },
  method: string,
  place: URL,
  headers: Record<string, string>,
  body?: string | Uint8Array,
): Promise<Answer> {
  const client = new AwsClient({ ...who, service: 'lambda' })
  const signed = await client.sign(place.href, { method, headers, ...(body !== undefined && { body }) })
  return await sendHere(method, place, Object.fromEntries(signed.headers), body)
}

/** To this machine, whatever it makes of names below localhost. */
export async function sendHere(
  method: string,
  { pathname, search, port, host }: URL,
  headers: Record<string, string>,
  body?: string | Uint8Array,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const options = { method, host: '127.0.0.1', port, path: pathname + search }
  const asked = request({ ...options, headers: { ...headers, host } }, async (answer) => {
    const text = Buffer.concat(await answer.toArray()).toString()
    resolve({ status: answer.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) })
  })
  asked.on('error', reject).end(body)
  return await promise
}
