import { status } from '@grpc/grpc-js'

/** The name of a gRPC status other than success. */
export type Code = Exclude<keyof typeof status, 'OK'>

/** What a handler throws to answer with a status and one sentence, which the caller gets as is. */
export class GrpcProblem extends Error {
  override name = 'GrpcProblem'
  readonly code: Code

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A call to another service failed. A handler that does not catch it answers UNAVAILABLE or INTERNAL. */
export class PeerFailure extends Error {
  override name = 'PeerFailure'
  readonly code: Code
  /** The other service's sentence, or the library's when no answer came. */
  readonly details: string
  /** The full name of the service that was called. */
  readonly service: string
  /** The service says that a retry is useless. */
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

/** In trailers, a negative number says not to retry the call (gRFC A6, "Pushback"). */
export const PUSHBACK = 'grpc-retry-pushback-ms'

/** @param number as on the wire; a number unknown to gRPC counts as UNKNOWN */
export function codeName(number: number): Code {
  const name = status[number]
  return name === undefined || name === 'OK' ? 'UNKNOWN' : (name as Code)
}
