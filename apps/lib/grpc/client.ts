import { setTimeout as pause } from 'node:timers/promises'
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import { MethodOptions_IdempotencyLevel as Level } from '@bufbuild/protobuf/wkt'
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { followInstances, parse, SCHEME } from './instances.ts'
import { codeName, PeerFailure, PUSHBACK } from './problem.ts'

export interface CallOptions {
  /** How long the call may take, including retries; 5 s by default. */
  timeoutMs?: number
  /**
   * When (Date.now()) the call must end, such as `call.deadline` of the request being
   * served.
   */
  deadline?: number
  /**
   * The call may be sent again after a lost answer; by default as the contract says (`idempotency_level`).
   */
  safe?: boolean
  /** Waits for an instance while there is none, until the time is up; true by default. */
  waitForReady?: boolean
  metadata?: Record<string, string>
  signal?: AbortSignal
}

export type GrpcClient<S extends DescService> = {
  [K in keyof S['method']]: (
    request: MessageInitShape<S['method'][K]['input']>,
    options?: CallOptions,
  ) => Promise<MessageShape<S['method'][K]['output']>>
} & { close(): void }

const CHANNEL = {
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }], methodConfig: [] }),
  'grpc.service_config_disable_resolution': 1,
  // A replaced instance is back within seconds; grpc-js would wait up to two minutes.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  // A terminated instance does not close its connections: without an answer to a ping its calls end after 5 +
  // 2 s.
  'grpc.keepalive_time_ms': 5000,
  'grpc.keepalive_timeout_ms': 2000,
  'grpc.max_receive_message_length': 4 * 1024 * 1024,
  'grpc.enable_http_proxy': 0,
  'grpc.enable_channelz': 0,
}

const TIMEOUT_MS = 5000
const TRIES = 4
const PAUSE_MS = 50

/**
 * A method for each RPC of the service, balanced over all instances behind the address. New and lost
 * instances are noticed within a second. A call waits for a connection, so a call that has not been sent is
 * never lost; one whose answer got lost is sent to the next instance if that is safe.
 *
 * On grpc-js, because ConnectRPC (175 KB of a bundle instead of 437) keeps one connection per address: it
 * would leave balancing, waiting for an instance and skipping lost ones to us, which is more than it would
 * save.
 * @param address `host:port`, or several with commas; a host is a name or an IP
 * @param defaults for all calls
 * @returns methods that throw PeerFailure
 */
export function grpcClient<S extends DescService>(
  service: S,
  address: string,
  defaults: CallOptions = {},
): GrpcClient<S> {
  parse(address)
  followInstances()
  const client = new Client(`${SCHEME}:${address}`, credentials.createInsecure(), CHANNEL)
  const methods = service.methods.map((method) => {
    const send = (request: MessageInitShape<DescMessage>, options: CallOptions = {}) =>
      insist(client, method, request, { ...defaults, ...options })
    return [method.localName, send]
  })
  return { ...Object.fromEntries(methods), close: () => client.close() } as GrpcClient<S>
}

async function insist(
  client: Client,
  method: DescMethod,
  request: MessageInitShape<DescMessage>,
  options: CallOptions,
): Promise<MessageShape<DescMessage>> {
  const { timeoutMs = TIMEOUT_MS, safe = method.idempotency !== Level.IDEMPOTENCY_UNKNOWN } = options
  const end = Math.min(Date.now() + timeoutMs, options.deadline ?? Number.POSITIVE_INFINITY)
  for (let tries = 1; ; tries += 1) {
    try {
      return await unary(client, method, request, end, options)
    } catch (failure) {
      const wait = PAUSE_MS * tries * (0.5 + Math.random())
      const lost = failure instanceof PeerFailure && failure.code === 'UNAVAILABLE' && !failure.final
      if (!lost || !safe || tries === TRIES || Date.now() + wait >= end) throw failure
      await pause(wait)
    }
  }
}

function unary(
  client: Client,
  method: DescMethod,
  request: MessageInitShape<DescMessage>,
  deadline: number,
  { waitForReady = true, metadata = {}, signal }: CallOptions,
): Promise<MessageShape<DescMessage>> {
  const { promise, resolve, reject } = Promise.withResolvers<MessageShape<DescMessage>>()
  const head = new Metadata({ waitForReady })
  for (const [name, value] of Object.entries(metadata)) head.set(name, value)
  const call = client.makeUnaryRequest(
    `/${method.parent.typeName}/${method.name}`,
    (message: MessageShape<DescMessage>) => Buffer.from(toBinary(method.input, message)),
    (bytes) => fromBinary(method.output, bytes),
    create(method.input, request),
    head,
    { deadline },
    (error, answer) => {
      signal?.removeEventListener('abort', cancel)
      if (answer !== undefined && error === null) resolve(answer)
      else reject(signal?.aborted ? signal.reason : toFailure(method, error))
    },
  )
  const cancel = () => call.cancel()
  if (signal?.aborted) cancel()
  else signal?.addEventListener('abort', cancel, { once: true })
  return promise
}

function toFailure(method: DescMethod, cause: ServiceError | null): PeerFailure {
  const { code = 2, details = 'the answer is empty', metadata } = cause ?? {}
  const final = Number(metadata?.get(PUSHBACK)[0] ?? 0) < 0
  return new PeerFailure(method.parent.typeName, method.name, codeName(code), details, { cause, final })
}
