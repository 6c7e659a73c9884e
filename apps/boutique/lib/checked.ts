import { GrpcProblem } from '../../lib/grpc/problem.ts'
import { type Amount, flaw } from './money.ts'

/**
 * A required part of a request.
 * @param what how the message names it, such as "address"
 * @throws GrpcProblem INVALID_ARGUMENT
 */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new GrpcProblem('INVALID_ARGUMENT', `The request has no ${what}; add one.`)
  return value
}

/** What is wrong with an `idempotency-key`; undefined when nothing is. */
export const keyFlaw = (key: string): string | undefined =>
  /^[\w.:-]{1,200}$/.test(key)
    ? undefined
    : 'idempotency-key must have 1 to 200 letters, digits, or any of . : _ -'

/**
 * An amount that follows the rules of the contract.
 * @throws GrpcProblem INVALID_ARGUMENT
 */
export function money(value: Amount | undefined, what: string): Amount {
  const given = present(value, what)
  const wrong = flaw(given)
  if (wrong) throw new GrpcProblem('INVALID_ARGUMENT', `The ${what} is not a valid amount: ${wrong}.`)
  return given
}
