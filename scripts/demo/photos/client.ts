import { setTimeout as sleep } from 'node:timers/promises'
import { FAILED, FINISHED, type Task } from '../../../apps/photos/lib/task.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { type Answer, type Sent, throughGateway } from '../gateway.ts'

/** The forms in which a picture is kept. */
export type PhotoForm = 'original' | 'result' | 'before' | 'after'

/** How many seconds a request is repeated while instances die and come back. */
const PATIENCE_SECONDS = 30

/** The app photos as a patient user sees it: at its public URL, retrying when an answer is lost. */
export class PhotosClient {
  readonly url: string
  /** Requests that had to be repeated. */
  repeated = 0

  constructor(url: string) {
    this.url = url
  }

  /**
   * Uploads a picture; with the same token it counts once, however often it is sent. @returns its task's id
   */
  async upload(picture: Buffer, token: string, name = 'picture.jpg'): Promise<number> {
    const { body } = await this.#patiently('/upload', 200, {
      seconds: 15,
      ...(await uploadOf(picture, token, name)),
    })
    return (JSON.parse(body.toString()) as Task).id
  }

  async task(id: number): Promise<Task> {
    const { body } = await this.#patiently(`/task/${id}`, 200, { headers: JSON_PLEASE })
    return JSON.parse(body.toString()) as Task
  }

  /** The bytes of one of a picture's forms. */
  async photo(id: number, which: PhotoForm): Promise<Buffer> {
    return (await this.#patiently(`/photo/${id}/${which}`, 200)).body
  }

  /** All tasks in the gallery, newest first, read page by page. */
  async gallery(pageSize = 50): Promise<Task[]> {
    const all: Task[] = []
    for (;;) {
      const last = all.at(-1)
      const before = last ? `&before=${last.id}` : ''
      const { body } = await this.#patiently(`/tasks?limit=${pageSize}${before}`, 200, {
        headers: JSON_PLEASE,
      })
      const { tasks } = JSON.parse(body.toString()) as { tasks: Task[] }
      if (tasks.length === 0) return all
      all.push(...tasks)
    }
  }

  /**
   * Waits until pictures are finished.
   * @returns their tasks
   * @throws ServiceFailure when one fails or is not finished after `seconds`
   */
  async finished(ids: number[], seconds: number): Promise<Task[]> {
    const deadline = Date.now() + seconds * 1000
    const done: Task[] = []
    for (const id of ids) {
      let task = await this.task(id)
      while (task.state !== FINISHED) {
        if (task.state === FAILED) throw new ServiceFailure(`picture ${id} failed: ${task.reason}`)
        if (Date.now() > deadline)
          throw new ServiceFailure(`picture ${id} is in state ${task.state} after ${seconds} s`)
        await sleep(100)
        task = await this.task(id)
      }
      done.push(task)
    }
    return done
  }

  /** Repeats a request while nobody answers it, as a page or a user's script would. */
  async #patiently(path: string, expected: number, sent: Sent = {}): Promise<Answer> {
    const deadline = Date.now() + PATIENCE_SECONDS * 1000
    for (;;) {
      const answer = await throughGateway(new URL(path, this.url).href, sent).catch((error: Error) => error)
      if (!(answer instanceof Error) && answer.status === expected) return answer
      const problem = answer instanceof Error ? answer.message : `HTTP ${answer.status}: ${answer.body}`
      const passing = answer instanceof Error || [500, 502, 503, 504].includes(answer.status)
      if (!passing || Date.now() > deadline)
        throw new ServiceFailure(`${this.url}${path.slice(1)}: ${problem}`)
      this.repeated += 1
      await sleep(300)
    }
  }
}

const JSON_PLEASE = { accept: 'application/json' }

/** The same form as the page's: the token before the picture, so that it is known when the picture comes. */
export async function uploadOf(picture: Buffer, token: string, name: string): Promise<Sent> {
  const data = new FormData()
  data.set('token', token)
  data.set('image', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), name)
  const encoded = new Response(data)
  return {
    method: 'POST',
    headers: { ...JSON_PLEASE, 'content-type': encoded.headers.get('content-type') ?? '' },
    body: Buffer.from(await encoded.arrayBuffer()),
  }
}
