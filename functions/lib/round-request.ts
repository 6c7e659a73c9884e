import * as z from 'zod'

/**
 * `register` names Consul servers that were told to go, the servers themselves the addresses of neighbours
 * that do not answer; with `dryRun` nothing is written. A round needs nothing from the events of the schedule
 * and of parameters.
 */
export const roundRequest = z.preprocess(
  (event) => (isEvent(event) ? {} : event),
  z.strictObject({
    leaving: z.array(z.string()).default([]),
    silent: z.array(z.string()).default([]),
    dryRun: z.boolean().default(false),
    /** For people who read the call. */
    reason: z.string().optional(),
  }),
)

/** EventBridge sends its events unchanged (Amazon EventBridge User Guide, "Events"). */
export const isEvent = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'detail-type' in event && 'source' in event
