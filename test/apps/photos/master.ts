import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { sendJson } from '../../../apps/lib/answers.ts'
import type { Filter } from '../../../apps/photos/lib/filters.ts'
import type { Task } from '../../../apps/photos/lib/task.ts'

/** What came with one upload. */
interface Arrived {
  token: string
  filter: string
  name: string
  bytes: number
}

/**
 * A scripted service `master`: tasks change when the test says so. It is also the key-value store that says
 * where it is.
 */
export class ScriptedMaster {
  readonly tasks = new Map<number, Task>()
  readonly arrived: Arrived[] = []
  /** One for every request, such as `GET /task/7`. */
  readonly requests: string[] = []
  /** Uploads are answered with these, one entry each: a status and a sentence, or 0 for no answer at all. */
  readonly refusals: [status: number, sentence: string][] = []
  readonly #tokens = new Map<string, number>()
  readonly #server: Server
  readonly #pictures = new Map<string, Buffer>()
  /** Every request is answered 503 while this is set. */
  away = false
  /** Uploads that broke off. */
  broken = 0
  /** Recent, as a stream tells nothing that is older than a quarter of an hour. */
  #clock = Date.now() - 600_000

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error))
    })
  }

  static async start(): Promise<ScriptedMaster> {
    const master = new ScriptedMaster(createServer().listen(0, '127.0.0.1'))
    await once(master.#server, 'listening')
    return master
  }

  /** `127.0.0.1:port` */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** A task as it is after its upload, with these changes. */
  add(different: Partial<Task> = {}): Task {
    const id = different.id ?? this.tasks.size + 1
    this.#clock += 1000
    const task: Task = {
      id,
      state: 0,
      filter: 'invert',
      name: `picture-${id}.jpg`,
      type: 'image/jpeg',
      bytes: 1000,
      width: 640,
      height: 480,
      original: 'original',
      createdAt: this.#clock,
      changedAt: this.#clock,
      ...different,
    }
    this.tasks.set(id, task)
    return task
  }

  /** Moves a task on. */
  change(id: number, to: Partial<Task>): void {
    const task = this.tasks.get(id)
    if (!task) throw new Error(`the scripted master has no task ${id}`)
    this.#clock += 1000
    this.tasks.set(id, { ...task, changedAt: this.#clock, ...to })
  }

  finish(id: number): void {
    const names = { result: 'result-1.jpg', before: 'before-1.webp', after: 'after-1.webp' }
    this.change(id, { state: 2, attempt: 1, worker: 'i-0abc', finishedAt: this.#clock + 2300, ...names })
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(`http://master${request.url}`)
    const [, first, id, last] = url.pathname.split('/')
    this.requests.push(`${request.method} ${request.url}`)
    if (first === 'masterendpoint') {
      response.end(this.address)
    } else if (this.away) {
      response.writeHead(503).end('db does not answer; try again in a few seconds.')
    } else if (request.method === 'POST' && first === 'task' && id === undefined) {
      await this.#take(request, response)
    } else if (first === 'tasks') {
      sendJson(response, 200, this.#list(url.searchParams))
    } else {
      const task = this.tasks.get(Number(id))
      if (first !== 'task' || !task) response.writeHead(404).end(`There is no task ${id}.`)
      else if (last === 'download') await this.#send(task, url.searchParams.get('of') ?? 'result', response)
      else sendJson(response, 200, task)
    }
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, sentence] = this.refusals.shift() ?? [200]
    if (status === 0) {
      request.socket.destroy()
      return
    }
    if (status !== 200) {
      response.writeHead(status).end(sentence)
      return
    }
    const body = await buffer(request).catch(() => undefined)
    if (body === undefined) {
      this.broken += 1
      return
    }
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData()
    const image = form.get('image') as File
    const token = String(form.get('token'))
    const filter = (form.get('filter') ?? 'invert') as Filter
    this.arrived.push({ token, filter, name: image.name, bytes: image.size })
    const known = this.tasks.get(this.#tokens.get(token) ?? -1)
    const task = known ?? this.add({ filter, name: image.name, bytes: image.size })
    this.#tokens.set(token, task.id)
    sendJson(response, 200, task)
  }

  #list(query: URLSearchParams): { tasks: Task[]; newest?: number } {
    const limit = Number(query.get('limit') ?? 100)
    const since = query.get('changedSince')
    const all = [...this.tasks.values()]
    if (since === null) {
      const before = Number(query.get('before') ?? Number.POSITIVE_INFINITY)
      const older = all.filter(({ id }) => id < before).sort((a, b) => b.id - a.id)
      return { tasks: older.slice(0, limit) }
    }
    const changed = all.filter(({ changedAt }) => changedAt > Number(since))
    const tasks = changed.sort((a, b) => a.changedAt - b.changedAt).slice(0, limit)
    return { tasks, newest: tasks.at(-1)?.changedAt ?? Number(since) }
  }

  async #send(task: Task, of: string, response: ServerResponse): Promise<void> {
    const key = `${task.id % 7} ${of}`
    const picture = this.#pictures.get(key) ?? (await draw(task.id % 7, of))
    this.#pictures.set(key, picture)
    const type = of === 'before' || of === 'after' ? 'image/webp' : 'image/jpeg'
    response.writeHead(200, { 'content-type': type, 'content-length': picture.length }).end(picture)
  }
}

/** Hills under a sun, in colours that depend on a number; the result is its negative. */
export async function draw(number: number, of = 'original'): Promise<Buffer> {
  const hue = (number * 67 + 20) % 360
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480">
<defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="hsl(${hue} 70% 45%)"/><stop offset="1" stop-color="hsl(${hue + 40} 85% 80%)"/></linearGradient></defs>
<rect width="640" height="480" fill="url(#sky)"/><circle cx="${120 + number * 60}" cy="150" r="52" fill="#fff4d0"/>
<path d="M0 360 Q160 220 320 330 T640 280 V480 H0z" fill="hsl(${hue + 130} 35% 35%)"/>
<path d="M0 420 Q200 310 400 410 T640 370 V480 H0z" fill="hsl(${hue + 150} 40% 22%)"/></svg>`
  const image = sharp(Buffer.from(svg))
  if (of === 'before') return image.webp().toBuffer()
  if (of === 'after') return image.negate({ alpha: false }).webp().toBuffer()
  return (of === 'result' ? image.negate({ alpha: false }) : image).jpeg().toBuffer()
}
