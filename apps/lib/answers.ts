import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ZodType } from 'zod'
import { Refusal } from './refusal.ts'

/** Answers with exactly this text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
}

/** Answers with a value as JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

export async function readJson(request: IncomingMessage): Promise<unknown>
export async function readJson<T>(
  request: IncomingMessage,
  schema: ZodType<T>,
  limitBytes?: number,
): Promise<T>
/**
 * Reads a JSON body.
 * @returns the value as parsed by the schema
 * @throws Refusal 400 when it is not JSON, 413 when it is longer than `limitBytes`, 422 when it does not fit
 * the schema
 */
export async function readJson(
  request: IncomingMessage,
  schema?: ZodType,
  limitBytes = 64 * 1024,
): Promise<unknown> {
  const value = parse(await readText(request, limitBytes))
  if (schema === undefined) return value
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  const place = issue?.path.length ? issue.path.join('.') : 'the body'
  throw new Refusal(422, `${place}: ${issue?.message ?? 'does not fit'}`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Refusal(400, 'The body is not valid JSON.', { cause })
  }
}

async function readText(request: IncomingMessage, limitBytes: number): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  // The connection stays open for the refusal; Node discards the rest of the body.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    bytes += part.length
    if (bytes > limitBytes) throw new Refusal(413, `The body is longer than ${limitBytes} bytes.`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}
