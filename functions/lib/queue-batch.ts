import * as z from 'zod'

/**
 * Messages as Lambda takes them from a queue. It may add keys to what it sends, so those that nobody reads
 * pass.
 */
export const queueBatch = z
  .object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) })
  .transform(({ Records }) => Records.map(({ messageId, body }) => ({ id: messageId, body })))
