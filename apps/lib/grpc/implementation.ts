import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import {
  type handleUnaryCall,
  Metadata,
  type ServerUnaryCall,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js'
import { GrpcProblem, PeerFailure, PUSHBACK } from './problem.ts'

/** What a handler knows about the call besides the request. */
export interface Call {
  /** Metadata that the caller sent with the request. */
  metadata(name: string): string | undefined
  /** When (Date.now()) the caller stops waiting; Infinity without a deadline. */
  readonly deadline: number
  /** Aborted when the caller is gone or its time is up: nobody reads the answer. */
  readonly signal: AbortSignal
}

export type Handlers<S extends DescService> = {
  [K in keyof S['method']]: (
    request: MessageShape<S['method'][K]['input']>,
    call: Call,
  ) => MessageInitShape<S['method'][K]['output']> | Promise<MessageInitShape<S['method'][K]['output']>>
}

/** A service and its handlers in the form that grpc-js expects. */
export interface Implementation {
  readonly name: string
  readonly definition: ServiceDefinition
  readonly handlers: Record<string, handleUnaryCall<Message, Message>>
}

type AnyHandler = (request: Message, call: Call) => unknown

/** Binds a contract's service to its handlers, one for each RPC. */
export function implement<S extends DescService>(service: S, handlers: Handlers<S>): Implementation {
  const methods = service.methods.map((method) => [method.localName, definition(method)])
  const bound = service.methods.map((method) => {
    const handler = handlers[method.localName as keyof S['method']] as AnyHandler
    return [method.localName, unary(method, handler)]
  })
  return {
    name: service.typeName,
    definition: Object.fromEntries(methods),
    handlers: Object.fromEntries(bound),
  }
}

const definition = ({ parent, name, input, output }: DescMethod) => ({
  path: `/${parent.typeName}/${name}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: (message: Message) => Buffer.from(toBinary(input, message)),
  requestDeserialize: (bytes: Buffer) => fromBinary(input, bytes),
  responseSerialize: (message: Message) => Buffer.from(toBinary(output, message)),
  responseDeserialize: (bytes: Buffer) => fromBinary(output, bytes),
})

function unary(method: DescMethod, handler: AnyHandler): handleUnaryCall<Message, Message> {
  return async (incoming, done) => {
    try {
      const answer = await handler(incoming.request, describe(incoming))
      done(null, create(method.output, answer as MessageInitShape<DescMessage>))
    } catch (error) {
      const problem = toProblem(error)
      if (problem !== error) report(method, error)
      done({ code: status[problem.code], details: problem.message, metadata: trailers(problem) })
    }
  }
}

/**
 * UNAVAILABLE as an answer is final: without this mark, callers take it for a lost answer and try three more
 * times.
 */
function trailers({ code }: GrpcProblem): Metadata {
  const metadata = new Metadata()
  if (code === 'UNAVAILABLE') metadata.set(PUSHBACK, '-1')
  return metadata
}

function report({ parent, name }: DescMethod, error: unknown): void {
  // When a service is down many calls fail; the fault is elsewhere, so one line each is enough.
  console.error(`${parent.typeName}/${name} failed:`, isAway(error) ? error.message : error)
}

function describe(incoming: ServerUnaryCall<Message, Message>): Call {
  const gone = new AbortController()
  incoming.once('cancelled', () => gone.abort())
  return {
    metadata: (name) => incoming.metadata.get(name)[0]?.toString(),
    deadline: Number(incoming.getDeadline()),
    signal: gone.signal,
  }
}

/** The answer to what a handler threw: a GrpcProblem as is, anything else without internal details. */
function toProblem(error: unknown): GrpcProblem {
  if (error instanceof GrpcProblem) return error
  if (isAway(error)) {
    return new GrpcProblem('UNAVAILABLE', `${error.service} does not answer; try again in a few seconds.`)
  }
  return new GrpcProblem('INTERNAL', 'The service failed; its log says why.')
}

const isAway = (error: unknown): error is PeerFailure =>
  error instanceof PeerFailure && ['UNAVAILABLE', 'DEADLINE_EXCEEDED'].includes(error.code)
