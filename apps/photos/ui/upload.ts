import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendJson } from '../../lib/answers.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Master } from './master.ts'
import { sendPage, uploadPage } from './pages.ts'

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
