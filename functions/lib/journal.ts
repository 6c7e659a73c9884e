import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import type { MiddlewareObj } from '@middy/core'

const logger = new Logger()

/**
 * Middlewares that log one line of JSON per invocation with Lambda's context: what the function returned or
 * why it failed, and how long it took. Lambda still gets the error, counts it and retries.
 * @param what the line's message for a successful invocation, a word
 * @param summary the part of the result worth logging; undefined logs nothing. Events are never logged: they
 *   may contain anything
 */
export function journal<T>(what: string, summary: (result: T) => unknown) {
  const started = new WeakMap<object, number>()
  const ms = (request: object): number =>
    Math.round(performance.now() - (started.get(request) ?? performance.now()))
  const line: MiddlewareObj<unknown, T> = {
    before: (request) => {
      started.set(request, performance.now())
    },
    after: (request) => {
      const result = summary(request.response as T)
      if (result !== undefined) logger.info(what, { result, ms: ms(request) })
    },
    onError: (request) => {
      const { name, message } = request.error ?? new Error('unknown')
      logger.error(message, { error: name, ms: ms(request) })
    },
  }
  return [injectLambdaContext(logger), line]
}
