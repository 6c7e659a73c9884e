import type { Peer } from '../../lib/peer.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Task } from '../lib/task.ts'

/** The services that `master` uses. */
export interface Peers {
  db: Peer
  storage: Peer
}

/** @throws Refusal with the status and sentence of the service that refused */
export async function accepted(peer: Peer, response: Response): Promise<Response> {
  if (response.ok) return response
  const sentence = await response.text()
  throw new Refusal(response.status, sentence || `${peer.name} answered ${response.status}.`)
}

/** Sends a value to `db`; a repeat changes nothing. */
export async function tell(db: Peer, path: string, value: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(value), again: true }
  return accepted(db, await db.fetch(path, init))
}

/** @throws Refusal 404 */
export async function readTask(db: Peer, id: string): Promise<Task> {
  const response = await db.fetch(`/task/${encodeURIComponent(id)}`, { again: true })
  return (await (await accepted(db, response)).json()) as Task
}
