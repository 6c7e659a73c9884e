import type { IncomingMessage } from 'node:http'
import type { Peer } from '../../lib/peer.ts'
import { Refusal } from '../../lib/refusal.ts'
import { FINISHED, type Task } from '../lib/task.ts'

/** Tasks that changed, oldest change first, and the time of the newest change. */
export interface Changes {
  tasks: Task[]
  newest: number
}

/** Finished tasks never change, so they are requested once; this many are kept, about 500 bytes each. */
const KEPT_MS = 5000

/** An upload is answered when the picture is stored; S3 may take a while. */
const UPLOAD_MS = 60_000

/**
 * The part of the service `master` that the page needs. Every method throws a Refusal 503 when it does not
 * answer.
 */
export class Master {
  readonly #peer: Peer
  readonly #finished = new Map<number, Task>()

  constructor(peer: Peer) {
    this.#peer = peer
  }

  /** What changed since a time in milliseconds, at most `limit` tasks. */
  async changes(since: number, limit: number): Promise<Changes> {
    const changes = await this.#json<Changes>(`/tasks?changedSince=${since}&limit=${limit}`)
    this.#keep(changes.tasks)
    return changes
  }

  /** Tasks with an id below `before`, newest first. */
  async newest(limit: number, before?: number): Promise<Task[]> {
    const query = new URLSearchParams({ limit: String(limit) })
    if (before !== undefined) query.set('before', String(before))
    const { tasks } = await this.#json<{ tasks: Task[] }>(`/tasks?${query}`)
    this.#keep(tasks)
    return tasks
  }

  /** `GET /tasks` with the query unchanged. */
  async tasks(query: URLSearchParams): Promise<unknown> {
    return await this.#json(`/tasks?${query}`)
  }

  /** One task. @throws Refusal 404 */
  async task(id: string): Promise<Task> {
    const known = this.#finished.get(Number(id))
    if (known) return known
    const task = await this.#json<Task>(`/task/${encodeURIComponent(id)}`)
    this.#keep([task])
    return task
  }

  /** The bytes of a task's picture: the answer as it arrives, to be read or cancelled. @throws Refusal 404 */
  async picture(id: number, of: string, method: string, signal: AbortSignal): Promise<Response> {
    const path = `/task/${id}/download?of=${of}`
    return this.#accepted(await this.#peer.fetch(path, { method, signal, again: true, timeoutMs: 20_000 }))
  }

  /**
   * Passes a form with a picture on while it arrives.
   * @returns the new task
   * @throws Refusal with the status and the sentence of `master`
   */
  async upload(form: IncomingMessage): Promise<Task> {
    const headers: Record<string, string> = { accept: 'application/json' }
    for (const name of ['content-type', 'content-length'] as const) {
      const value = form.headers[name]
      if (value !== undefined) headers[name] = value
    }
    const init = { method: 'POST', headers, body: form, timeoutMs: UPLOAD_MS }
    const response = await this.#accepted(await this.#peer.fetch('/task', init))
    return (await response.json()) as Task
  }

  async #json<T>(path: string): Promise<T> {
    const init = { headers: { accept: 'application/json' }, again: true }
    return (await (await this.#accepted(await this.#peer.fetch(path, init))).json()) as T
  }

  async #accepted(response: Response): Promise<Response> {
    if (response.ok) return response
    const sentence = (await response.text()).trim()
    throw new Refusal(response.status, sentence || `${this.#peer.name} answered ${response.status}.`)
  }

  #keep(tasks: readonly Task[]): void {
    for (const task of tasks) {
      if (task.state !== FINISHED) continue
      this.#finished.delete(task.id)
      this.#finished.set(task.id, task)
    }
    for (const id of this.#finished.keys()) {
      if (this.#finished.size <= KEPT_MS) break
      this.#finished.delete(id)
    }
  }
}
