import { status } from '@grpc/grpc-js'

/** The name of a gRPC status that is no success. */
export type Code = Exclude<keyof typeof status, 'OK'>

/** What a handler throws to answer with a status and one sentence, which the caller gets as it is. */
export class GrpcProblem extends Error {
  override name = 'GrpcProblem'
  readonly code: Code

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A call of another service did not succeed. A handler that lets it pass answers UNAVAILABLE or INTERNAL. */
export class PeerFailure extends Error {
  override name = 'PeerFailure'
  readonly code: Code
  /** The sentence of the other service, or of the library when no answer came. */
  readonly details: string
  /** The full name of the service that was called. */
  readonly service: string
  /** The service has said that another try is of no use. */
  readonly final: boolean

  constructor(
    service: string,
    method: string,
    code: Code,
    details: string,
    { final = false, ...options }: ErrorOptions & { final?: boolean } = {},
  ) {
    super(`${service}/${method} answered ${code}: ${details}`, options)
    this.final = final
    this.service = service
    this.code = code
    this.details = details
  }
}

/** In trailers, a negative number says that the call shall not be repeated (gRFC A6, "Pushback"). */
export const PUSHBACK = 'grpc-retry-pushback-ms'

/** @param number as on the wire; a number that gRPC does not know counts as UNKNOWN */
export function codeName(number: number): Code {
  const name = status[number]
  return name === undefined || name === 'OK' ? 'UNKNOWN' : (name as Code)
}
