import middy, { type MiddlewareObj } from '@middy/core'
import type { Context } from 'aws-lambda'
import type * as z from 'zod'
import { parseInput } from '../../core/base/workflow-input.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

/** What differs from function to function. */
interface Shape<Input, Parts, Result> {
  /**
   * Everything that may come in, keys included: anything else is refused before the function does anything.
   */
  input: z.ZodType<Input>
  /** If a person gives the input, the workflow that an error names instead of the function. */
  workflow?: string
  /** Settings, clients, adapters: made at the first call with valid input, and kept for later calls. */
  parts(): Parts
  work(parts: Parts, input: Input): Promise<Result>
  /** The part of the result to log, all of it by default; undefined logs no line. */
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
 * All functions have this form: check the input, make the parts once, do the work, and log the result as one
 * line of JSON.
 * @param name of its file, and of the function after `nanofleet-<stage>-`
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
