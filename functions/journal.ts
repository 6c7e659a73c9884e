import type { MiddlewareObj } from '@middy/core'

/**
 * Middleware that writes one line of JSON per invocation: what the function returned or why it failed, and how long
 * it took. The error goes on to Lambda, which counts and repeats it.
 * @param summary what of the result is worth a line; undefined writes none
 */
export function journal<T>(
  summary: (result: T) => unknown,
  write: (line: string) => void = (line) => console.log(line),
): MiddlewareObj<unknown, T> {
  const started = new WeakMap<object, number>()
  const line = (request: object, outcome: object): void => {
    const ms = Math.round(performance.now() - (started.get(request) ?? performance.now()))
    write(JSON.stringify({ ...outcome, ms }))
  }
  return {
    before: (request) => {
      started.set(request, performance.now())
    },
    after: (request) => {
      const result = summary(request.response as T)
      if (result !== undefined) line(request, { level: 'INFO', result })
    },
    onError: (request) => {
      const { name, message } = request.error ?? new Error('unknown')
      line(request, { level: 'ERROR', error: name, message })
    },
  }
}
