import * as z from 'zod'

/** Messages as Lambda delivers them from a queue. Lambda may add keys, so unknown ones are allowed. */
export const queueBatch = z
  .object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) })
  .transform(({ Records }) => Records.map(({ messageId, body }) => ({ id: messageId, body })))
