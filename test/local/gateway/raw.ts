import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { rootKey, rootKeyFile } from '../../../local/root-key.ts'
import { until } from '../../../scripts/demo/wait.ts'
import { isFree } from '../../../scripts/lib/free-port.mjs'
import { group, StubRegion } from './rig.ts'

/** How a target may find the end of a request: by its length first, or by its chunks first. */
type Reader = 'length' | 'chunks'

/** The requests that bytes hold for one way of reading: `METHOD target`, `?` where it sees none. */
export function requestsIn(bytes: string, reader: Reader): string[] {
  const found: string[] = []
  let rest = bytes
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n')
    const first = /^([A-Z]+) (\S+) HTTP\/1\.1\r\n/.exec(rest)
    if (end < 0 || !first) return [...found, '?']
    found.push(`${first[1]} ${first[2]}`)
    const head = rest.slice(0, end + 2)
    rest = rest.slice(end + 4)
    const chunked = /\r\ntransfer[-_]encoding[ \t]*:[^\r]*chunked/i.test(head)
    const length = /\r\ncontent[-_]length[ \t]*:[ \t]*(\d+)/i.exec(head)
    if (chunked && (reader === 'chunks' || !length)) rest = afterChunks(rest)
    else if (length) rest = rest.slice(Number(length[1]))
  }
  return found
}

function afterChunks(bytes: string): string {
  let rest = bytes
  for (;;) {
    const line = /^([0-9a-f]+)[^\r]*\r\n/i.exec(rest)
    if (!line) return '?'
    const size = Number.parseInt(line[1] ?? '', 16)
    rest = rest.slice(line[0].length + size + 2)
    if (size === 0) return rest
  }
}

/** A target that keeps every byte and answers each request that it sees by its chunks, else by its length. */
export class RawTarget {
  readonly #connections: { bytes: string; answered: number }[] = []
  readonly #server = createServer((socket) => this.#serve(socket))

  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  /** All requests that arrived, as either reader sees them; health checks are left out. */
  seen(reader: Reader): string[] {
    return this.#connections
      .flatMap(({ bytes }) => requestsIn(bytes, reader))
      .filter((one) => one !== 'GET /healthz')
  }

  get bytes(): string {
    return this.#connections.map(({ bytes }) => bytes).join('')
  }

  /** Connections stay open, as those of a pool do. */
  forget(): void {
    for (const connection of this.#connections) Object.assign(connection, { bytes: '', answered: 0 })
  }

  stop(): void {
    this.#server.close()
  }

  #serve(socket: Socket): void {
    const connection = { bytes: '', answered: 0 }
    this.#connections.push(connection)
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes) => {
      connection.bytes += bytes.toString('latin1')
      const complete = requestsIn(connection.bytes, 'chunks').filter((one) => one !== '?')
      for (; connection.answered < complete.length; connection.answered += 1) {
        const body = complete[connection.answered] ?? ''
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
      }
    })
  }
}

const FIRST_BYTE_MS = 10_000

/** The gateway as a process of its own, in front of a raw target under the name `web.localhost`. */
export class GatewayProcess {
  readonly target = new RawTarget()
  readonly #region = new StubRegion()
  #child: ChildProcess | undefined
  #folder = ''
  port = 0

  async start(): Promise<void> {
    const [endpoint, port] = [await this.#region.start(), await this.target.start()]
    this.#folder = await mkdtemp(join(tmpdir(), 'gateway-'))
    await rootKey(this.#folder)
    this.port = 18_000 + Math.floor(Math.random() * 10_000)
    while (!(await isFree('127.0.0.1', this.port))) this.port += 1
    const main = join(import.meta.dirname, '../../../local/gateway/main.ts')
    const claim = `127.${100 + Math.floor(Math.random() * 100)}.0.2`
    const places = ['--record', join(this.#folder, 'gateway.json'), '--key', rootKeyFile(this.#folder)]
    const args = ['--endpoint', endpoint, '--port', String(this.port), '--claim', claim, ...places]
    this.#child = spawn(process.execPath, [main, ...args], { stdio: 'ignore' })
    const target = { id: 'i-1', port, address: '127.0.0.1', state: 'registered' as const }
    const action = { type: 'forward' as const, targetGroups: [{ arn: 'web', weight: 1 }] }
    const listener = { arn: 'l', port: 80, protocol: 'HTTP' as const, rules: [], defaultActions: [action] }
    const balancer = { arn: 'a', name: 'a', type: 'application' as const, addresses: [], idleTimeout: 60 }
    this.#region.set({
      loadBalancers: [{ ...balancer, listeners: [listener] }],
      targetGroups: [{ ...group('web'), targets: [target] }],
    })
    await until('the gateway serves', 30, async () =>
      (await this.send(ORDINARY)).startsWith('HTTP/1.1 200') ? true : undefined,
    )
  }

  /**
   * What comes back for these bytes until the gateway closes, or has begun to answer and is silent for
   * `silence` milliseconds.
   */
  async send(bytes: string, silence = 150): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port: this.port })
    let answer = ''
    let last = Date.now()
    let closed = false
    socket.on('data', (data) => {
      answer += data.toString('latin1')
      last = Date.now()
    })
    socket.on('error', () => {})
    socket.once('close', () => {
      closed = true
    })
    socket.write(Buffer.from(bytes, 'latin1'))
    while (!closed && Date.now() - last < (answer === '' ? FIRST_BYTE_MS : silence)) await sleep(5)
    socket.destroy()
    return closed ? `${answer}<closed>` : answer
  }

  async stop(): Promise<void> {
    if (this.#child && this.#child.exitCode === null) {
      this.#child.kill('SIGKILL')
      await once(this.#child, 'exit')
    }
    this.#region.stop()
    this.target.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

export const ORDINARY = 'GET /ordinary HTTP/1.1\r\nHost: web.localhost\r\nConnection: close\r\n\r\n'
