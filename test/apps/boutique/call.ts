import type { Call } from '../../../apps/lib/grpc/implementation.ts'

/** A call for handlers that are tested without a wire. */
export const call = (metadata: Record<string, string> = {}): Call => ({
  metadata: (name) => metadata[name],
  deadline: Number.POSITIVE_INFINITY,
  signal: new AbortController().signal,
})
