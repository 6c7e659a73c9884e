import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const PASSED = ['content-type', 'content-length']

/** Passes another service's answer on unchanged while it arrives. */
export async function relay(answer: Response, response: ServerResponse): Promise<void> {
  const headers = PASSED.flatMap((name): [string, string][] => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  response.writeHead(answer.status, Object.fromEntries(headers))
  if (answer.body === null) response.end()
  else await pipeline(Readable.fromWeb(answer.body), response)
}
