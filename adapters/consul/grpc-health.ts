import { connect } from 'node:http2'
import type { Probe } from '../../core/registration/probe.ts'

/** `HealthCheckResponse{status: SERVING}` in its frame: not compressed, two bytes, field 1 is 1. */
const SERVING = Buffer.from([0, 0, 0, 0, 2, 0x08, 1])

/**
 * Asks `grpc.health.v1.Health/Check` (gRPC docs, "GRPC Health Checking Protocol"). One request with one field
 * is simple enough for Node's HTTP/2; a gRPC library would be larger than the rest of the function.
 * @returns true for SERVING in its usual bytes, false for any other answer
 * @throws when there is no answer
 */
export function isServing(probe: Probe & { kind: 'grpc' }, signal: AbortSignal): Promise<boolean> {
  const { host, port, service, tls } = probe
  return new Promise((resolve, reject) => {
    const session = connect(`${tls ? 'https' : 'http'}://${host}:${port}`, {
      ...(tls ? { rejectUnauthorized: false, servername: tls.serverName } : {}),
    })
    const end = (error: Error): void => {
      reject(error)
      session.destroy()
    }
    session.on('error', end)
    signal.addEventListener('abort', () => end(new Error('too late')))
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    const received: Buffer[] = []
    let ok = false
    stream.on('data', (part: Buffer) => received.push(part))
    stream.on('trailers', (trailers) => {
      ok = trailers['grpc-status'] === '0'
    })
    stream.on('error', end)
    // After the data and the trailers, whichever came last.
    stream.on('close', () => {
      resolve(ok && Buffer.concat(received).equals(SERVING))
      session.destroy()
    })
    stream.end(question(service))
  })
}

/** `HealthCheckRequest{service}`: field 1, a string, absent if empty. */
function question(service: string): Buffer {
  const name = Buffer.from(service)
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a]), varint(name.length), name])
  const frame = Buffer.alloc(5)
  frame.writeUInt32BE(message.length, 1)
  return Buffer.concat([frame, message])
}

/** Seven bits per byte, least significant first (Protocol Buffers docs, "Encoding"). */
const varint = (value: number): Buffer =>
  value < 128 ? Buffer.from([value]) : Buffer.concat([Buffer.from([(value & 127) | 128]), varint(value >> 7)])
