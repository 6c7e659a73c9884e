import { createReadStream } from 'node:fs'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Filter } from '../../../apps/photos/lib/filters.ts'
import { listening } from '../lib/listening.ts'

export interface Job {
  id: number
  filter: Filter
  /** File of the original. */
  file: string
}

/** What the worker reported about a task: finish, fail or release. */
export interface Word {
  id: number
  verb: string
  body: { attempt: number; reason?: string; result?: string }
  at: number
}

type Hook = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * The key-value store, master and storage as a worker sees them, in one server: each job is handed out once.
 */
export class WorkerPeers {
  readonly jobs: Job[] = []
  readonly words: Word[] = []
  readonly uploads = new Map<string, Buffer>()
  readonly taken: Job[] = []
  address = ''
  /** Answers a request in place of the peers when it returns true. */
  hook: Hook = () => false
  #server: Server | undefined

  async start(): Promise<void> {
    const { server, address } = await listening(this.#listener)
    this.#server = server
    this.address = address
  }

  stop(): void {
    this.#server?.closeAllConnections()
    this.#server?.close()
  }

  readonly #listener: RequestListener = (request, response) => {
    if (this.hook(request, response)) return
    const url = new URL(request.url ?? '/', 'http://peers')
    const [, first = '', second = '', verb = ''] = url.pathname.split('/')
    if (first === 'masterendpoint' || first === 'storageendpoint') response.end(this.address)
    else if (first === 'task' && second === 'next') this.#next(response)
    else if (first === 'download') this.#download(Number(second), response)
    else {
      collect(request).then(
        (body) => {
          if (first === 'upload') this.uploads.set(`${second}/${url.searchParams.get('name')}`, body)
          if (first === 'task') {
            this.words.push({ id: Number(second), verb, body: JSON.parse(String(body)), at: Date.now() })
          }
          response.writeHead(204).end()
        },
        () => undefined,
      )
    }
  }

  #next(response: ServerResponse): void {
    const job = this.jobs.shift()
    if (!job) {
      response.writeHead(404).end('{"id":-1,"state":0}')
      return
    }
    this.taken.push(job)
    const { id, filter } = job
    response.end(JSON.stringify({ id, filter, state: 1, attempt: 1, original: 'original' }))
  }

  #download(id: number, response: ServerResponse): void {
    const job = this.taken.find((one) => one.id === id)
    if (job) createReadStream(job.file).pipe(response)
    else response.writeHead(404).end('There is no such picture.')
  }
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}
