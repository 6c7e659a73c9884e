import { createSocket, type Socket } from 'node:dgram'
import type { ReachableTarget } from './targets.ts'

/**
 * Milliseconds without a datagram after which a flow ends; an NLB keeps it for 120 s, but sockets are scarcer
 * here.
 */
const IDLE_MS = 10_000
/** The most flows at a time; the oldest makes room. Each one holds a socket. */
const MOST = 2048

interface Flow {
  socket: Socket
  target: ReachableTarget
  timer: NodeJS.Timeout
}

/** A UDP listener of an NLB: a client's address and port belong to one target until the flow is idle. */
export class UdpListener {
  readonly #front: Socket
  readonly #flows = new Map<string, Flow>()
  readonly #pick: () => ReachableTarget | undefined

  constructor(pick: () => ReachableTarget | undefined) {
    this.#pick = pick
    this.#front = createSocket('udp4', (message, from) => this.#receive(message, from.address, from.port))
  }

  /** Resolves to the bound port. Rejects with the socket's error, such as EADDRINUSE. */
  bind(address: string, port: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    this.#front.once('error', reject)
    this.#front.bind({ address, port, exclusive: true }, () => {
      this.#front.off('error', reject)
      this.#front.on('error', () => this.close())
      resolve(this.#front.address().port)
    })
    return promise
  }

  close(): void {
    for (const key of this.#flows.keys()) this.#end(key)
    try {
      this.#front.close()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SOCKET_DGRAM_NOT_RUNNING') throw error
    }
  }

  #receive(message: Buffer, address: string, port: number): void {
    const key = `${address}:${port}`
    const flow = this.#live(key) ?? this.#begin(key, address, port)
    if (!flow) return
    flow.timer.refresh()
    flow.socket.send(message, flow.target.port, flow.target.address)
  }

  /** The flow of a key, unless its target has been taken out of service. */
  #live(key: string): Flow | undefined {
    const flow = this.#flows.get(key)
    if (!flow || flow.target.registration === 'registered') return flow
    this.#end(key)
    return undefined
  }

  #begin(key: string, address: string, port: number): Flow | undefined {
    const target = this.#pick()
    if (!target) return undefined
    const oldest = this.#flows.keys().next()
    if (this.#flows.size >= MOST && !oldest.done) this.#end(oldest.value)
    const socket = createSocket('udp4', (message) => {
      this.#flows.get(key)?.timer.refresh()
      this.#front.send(message, port, address)
    })
    // A dead target's ICMP "port unreachable" appears here; the client sees the same as on AWS: silence.
    socket.on('error', () => this.#end(key))
    const flow = { socket, target, timer: setTimeout(() => this.#end(key), IDLE_MS) }
    this.#flows.set(key, flow)
    target.begin()
    return flow
  }

  #end(key: string): void {
    const flow = this.#flows.get(key)
    if (!flow) return
    this.#flows.delete(key)
    clearTimeout(flow.timer)
    flow.socket.close()
    flow.target.end()
  }
}
