import { connect } from 'node:net'
import type { Probe } from '../../core/registration/probe.ts'

/** The command in Redis's protocol (Redis docs, "Redis serialization protocol specification"). */
const PING = '*1\r\n$4\r\nPING\r\n'
/** The longest answer that is read: errors have a line. */
const LONGEST = 512

/**
 * Redis serves, or would serve somebody with a password. It does not while it loads its data (`-LOADING`) or
 * a script blocks it (`-BUSY`). The Consul servers judge alike: apps/platform/consul/prober.go.
 */
const ALIVE = /^(\+PONG|-NOAUTH|-NOPERM)\b/

/**
 * Asks PING and reads one line.
 * @returns whether Redis serves
 * @throws when there is no answer
 */
export function answersPing(
  { host, port }: Pick<Probe, 'host' | 'port'>,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    let answer = ''
    signal.addEventListener('abort', () => socket.destroy(new Error('too late')))
    socket.on('connect', () => socket.write(PING))
    socket.on('data', (part: Buffer) => {
      answer += part.toString('latin1')
      if (!answer.includes('\n') && answer.length < LONGEST) return
      resolve(ALIVE.test(answer))
      socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('it hung up')))
  })
}
