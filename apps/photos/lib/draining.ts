import type { Handler } from '../../lib/routes.ts'

/** A caller that keeps sending for longer than this after a refusal is cut off. */
const DRAIN_MS = 10_000

/**
 * Reads the rest of a request that was answered early: many callers look at the answer only after sending
 * everything.
 */
export function draining(handler: Handler): Handler {
  return async (request, response, match) => {
    try {
      await handler(request, response, match)
    } finally {
      if (!request.complete && !request.destroyed) {
        request.unpipe()
        request.resume()
        const limit = setTimeout(() => request.destroy(), DRAIN_MS)
        request.once('close', () => clearTimeout(limit))
        request.once('end', () => clearTimeout(limit))
      }
    }
  }
}
