import middy, { type MiddlewareObj } from '@middy/core'
import type { Context } from 'aws-lambda'
import type * as z from 'zod'
import { parseInput } from '../../core/base/workflow-input.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

/** What makes one function differ from another. */
interface Shape<Input, Parts, Result> {
  /** All that may come in, keys included: anything else is refused before the function does anything. */
  input: z.ZodType<Input>
  /** Whose input it is, if a person gives it: the workflow that a refusal names in place of the function. */
  workflow?: string
  /**
   * Settings, clients, adapters: made at the first call that has a valid input, and kept for the calls after
   * it.
   */
  parts(): Parts
  work(parts: Parts, input: Input): Promise<Result>
  /** What of the result the journal tells, all of it by default; undefined writes no line. */
  told?(result: Result): unknown
  also?: MiddlewareObj<unknown, Result>
}

type Call<Result> = (event: unknown, context: Context) => Promise<Result>

/** A function as Lambda calls it. */
export interface Handler<Parts, Result> extends Call<Result> {
  /** The same function with other parts. */
  wired(parts: () => Parts): Call<Result>
  readonly input: z.ZodType
}

/**
 * The one shape of all functions: the input is checked, the parts are made once, the work is done, and one
 * line of JSON says what came of it.
 * @param name of its file, and of the function behind `nanofleet-<stage>-`
 */
export function lambda<Input, Parts, Result>(
  name: string,
  shape: Shape<Input, Parts, Result>,
): Handler<Parts, Result> {
  const wired = (make: () => Parts): Call<Result> => {
    const parts = once(make)
    const call = middy(async (input: unknown) => await shape.work(parts(), input as Input))
      .use(journal<Result>(name, shape.told ?? ((result) => result)))
      .use(checked(shape.workflow ?? name, shape.input))
    return (shape.also ? call.use(shape.also) : call) as Call<Result>
  }
  return Object.assign(wired(shape.parts), { wired, input: shape.input })
}

const checked = (whose: string, schema: z.ZodType): MiddlewareObj => ({
  before: (request) => {
    request.event = parseInput(whose, schema, request.event)
  },
})
