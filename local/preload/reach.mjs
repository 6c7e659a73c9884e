import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { BlockList, Socket } from 'node:net'
import { constants } from 'node:os'

/** Linux gives up on a connection that nobody answers after 127 s (tcp(7), tcp_syn_retries). */
const SILENCE_MS = 127_000
/** The same refusal is written to the console at most this often. */
const SAID_EVERY_MS = 60_000
const TOLD_EVERY_MS = 1000

/**
 * Refuses connections that no security group lets through. The region writes into `file` whom this instance
 * may call (local/region/reach/table.py) and reads what was refused from a file beside it.
 */
export function callOnlyAllowed(file) {
  const network = new Network(file)
  const refusals = new Refusals(file.replace(/[^/]*$/, 'refused.jsonl'))
  const handle = handlePrototype()
  for (const verb of ['connect', 'connect6']) {
    const connect = handle[verb]
    handle[verb] = function (request, address, port, ...rest) {
      const refused = network.refuses(address.replace(/^::ffff:/i, ''), port)
      if (!refused) return connect.call(this, request, address, port, ...rest)
      refusals.add(refused)
      if (!refused.silent) return -constants.errno.EACCES
      const timeout = () => request.oncomplete(-constants.errno.ETIMEDOUT, this, request, true, true)
      setTimeout(timeout, SILENCE_MS).unref()
      return 0
    }
  }
}

/**
 * What every connection of Node goes through once its name is an address: `net`, `tls`, `http`, `http2`,
 * `fetch`. Node has no public way there, so it is taken from a socket that never gets to connect.
 */
function handlePrototype() {
  const socket = new Socket()
  socket.on('error', () => {})
  socket.connect({ host: '127.0.0.1', port: 9, autoSelectFamily: false })
  const prototype = Object.getPrototypeOf(socket._handle)
  socket.destroy()
  return prototype
}

/** The rules as the region wrote them last. */
class Network {
  #file
  #stamp = ''
  #known
  #range = new BlockList()

  constructor(file) {
    this.#file = file
  }

  /** What is refused and in which words; undefined if the connection may be made. */
  refuses(address, port) {
    this.#refresh()
    if (!this.#known || !this.#range.check(address)) return undefined
    const { app, service, peers, silent } = this.#known
    return judge({ app, service }, peers[address], address, port, silent)
  }

  #refresh() {
    try {
      const { mtimeNs, ino } = statSync(this.#file, { bigint: true })
      const stamp = `${mtimeNs} ${ino}`
      if (stamp === this.#stamp) return
      this.#known = JSON.parse(readFileSync(this.#file, 'utf8'))
      this.#stamp = stamp
    } catch (error) {
      // Before the region has written it, nothing is known.
      if (error.code === 'ENOENT') return
      throw error
    }
    const [network, prefix] = this.#known.cidr.split('/')
    this.#range = new BlockList()
    this.#range.addSubnet(network, Number(prefix))
  }
}

/**
 * Whether a call is refused. Nobody is at an address without a peer, and the own one is always open.
 * @param own app and service of the caller
 * @param peer `{app, service, tcp}` at the address, `tcp` the ports that the caller may call; undefined if
 *   nobody is there
 */
export function judge(own, peer, address, port, silent = false) {
  if (!peer || peer.tcp.some(([low, high]) => port >= low && port <= high)) return undefined
  const name = peer.app === own.app || peer.app === '' ? peer.service : `${peer.app}/${peer.service}`
  const remedy =
    peer.tcp.length > 0
      ? `open is ${peer.tcp.map(([low, high]) => (low === high ? low : `${low} to ${high}`)).join(', ')}`
      : peer.app === own.app
        ? `name ${peer.service} in the needs of ${own.service}`
        : 'an app reaches only its own services'
  const text = `${own.service} may not call ${name}:${port}: security groups let nothing through; ${remedy}`
  return { address, port, silent, text }
}

/** Tells the region and the console, neither too often. */
class Refusals {
  #file
  /** By address and port: how often since it was told. */
  #counts = new Map()
  #said = new Map()
  #timer

  constructor(file) {
    this.#file = file
  }

  add({ address, port, text }) {
    const key = `${address} ${port}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    const now = Date.now()
    if (now - (this.#said.get(key) ?? 0) >= SAID_EVERY_MS) {
      this.#said.set(key, now)
      process.stderr.write(`[network] ${text}\n`)
    }
    if (this.#timer) return
    this.#tell()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#tell()
    }, TOLD_EVERY_MS).unref()
  }

  #tell() {
    if (this.#counts.size === 0) return
    const lines = [...this.#counts].map(([key, count]) => {
      const [address, port] = key.split(' ')
      return `${JSON.stringify({ address, port: Number(port), count })}\n`
    })
    this.#counts.clear()
    appendFileSync(this.#file, lines.join(''))
  }
}
