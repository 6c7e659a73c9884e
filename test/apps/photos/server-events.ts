import { request } from 'node:http'
import type { Task } from '../../../apps/photos/lib/task.ts'

/** A stream of server-sent events, as received so far. */
export class Heard {
  text = ''
  ended = false
  readonly #stop: () => void

  constructor(stop: () => void) {
    this.#stop = stop
  }

  /** The tasks received so far. */
  tasks(): Task[] {
    return this.#values('data: ', 'event: task').map((text) => JSON.parse(text) as Task)
  }

  /** What a browser would send as Last-Event-ID. */
  lastId(): string {
    return this.#values('id: ').at(-1) ?? ''
  }

  close(): void {
    this.#stop()
  }

  #values(start: string, kind = ''): string[] {
    const whole = this.text.split('\n\n').slice(0, -1)
    const lines = whole.filter((event) => event.includes(kind)).flatMap((event) => event.split('\n'))
    return lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length))
  }
}

/** Opens a stream; resolves when its headers have arrived. */
export function listen(url: string, headers: Record<string, string> = {}): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers }, (response) => {
      const heard = new Heard(() => asked.destroy())
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        heard.text += text
      })
      response.on('close', () => {
        heard.ended = true
      })
      response.on('error', () => {})
      if (response.statusCode === 200) resolve(heard)
      else reject(new Error(`${url} answers ${response.statusCode}`))
    })
    asked.once('error', reject)
    asked.end()
  })
}
