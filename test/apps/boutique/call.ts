import type { Call } from '../../../apps/lib/grpc/implementation.ts'

/** A call for testing handlers without a network. */
export const call = (metadata: Record<string, string> = {}): Call => ({
  metadata: (name) => metadata[name],
  deadline: Number.POSITIVE_INFINITY,
  signal: new AbortController().signal,
})
