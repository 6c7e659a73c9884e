import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson } from '../../lib/answers.ts'
import { Refusal } from '../../lib/refusal.ts'
import { Allowance, addressOf, Places } from './client.ts'
import type { Master } from './master.ts'
import { sendPage, uploadPage } from './pages.ts'

const places = new Places({ each: 50, all: 500 })
/** Twenty of the largest pictures, or ten thousand of a web page's. */
const allowance = new Allowance(1_000_000_000)

/**
 * `POST /upload`: passes the form on to `master` while it arrives. Scripts get the task, forms the page with
 * it on top.
 */
export async function upload(
  master: Master,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const accept = request.headers.accept ?? ''
  try {
    requireForm(request)
    const address = addressOf(request)
    allowance.spend(address, Number(request.headers['content-length'] ?? 0))
    response.once('close', places.take(address, 'uploads'))
    const task = await master.upload(request)
    if (accept.includes('application/json')) sendJson(response, 200, task)
    else response.writeHead(303, { location: `/?taskId=${task.id}` }).end()
  } catch (error) {
    if (!(error instanceof Refusal) || !accept.includes('text/html')) throw error
    sendPage(response, error.status, uploadPage(error.message))
  }
}

function requireForm(request: IncomingMessage): void {
  if (/^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')) return
  throw new Refusal(415, 'Send the picture as multipart/form-data, in the field "image".')
}
