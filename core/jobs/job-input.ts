import * as z from 'zod'

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be a name of lower-case letters, digits and dashes')

/**
 * How long a job may run. The place where its program reports can be written to for as long as the session
 * of the function that made it lasts, which is more than this.
 */
export const LONGEST_JOB_SECONDS = 6 * 3600
export const SHORTEST_JOB_SECONDS = 10
const USUAL_JOB_SECONDS = 3600

/** Input of the workflow `job`. */
export const JobInput = z.strictObject({
  app: name,
  service: name,
  /** Come after those of config.json. */
  args: z.array(z.string().regex(/^[^\0]*$/, 'holds a NUL')).default([]),
  timeoutSeconds: z
    .int('must be a whole number of seconds')
    .min(SHORTEST_JOB_SECONDS, `must be ${SHORTEST_JOB_SECONDS} seconds at least`)
    .max(LONGEST_JOB_SECONDS, `must be ${LONGEST_JOB_SECONDS} seconds at most, six hours`)
    .default(USUAL_JOB_SECONDS),
  /** Started by a schedule of the manifest: it does not start while the one before runs. */
  scheduled: z.boolean().default(false),
})
export type JobInput = z.infer<typeof JobInput>
