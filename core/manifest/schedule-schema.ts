import * as z from 'zod'

/** The limits of `timeout` are those of a job: core/jobs/job-input.ts. */
export const scheduleKeys = z.strictObject({
  when: z.string().describe('rate(1 hour) or cron(0 3 * * ? *)'),
  timezone: z.string().default('UTC').describe('Of the time zone database, such as Europe/Paris'),
  args: z
    .array(z.string().regex(/^[^\r\n\0]*$/, 'holds a line break, which user data cannot carry'))
    .default([])
    .describe('Arguments, after those of config.json'),
  timeout: z
    .int('is not a whole number')
    .min(10, 'is below 10 seconds')
    .max(21_600, 'is above 21600 seconds, six hours')
    .default(3600)
    .describe('Seconds that each job may run'),
})

/** `schedule` of a service; a text is its `when`. */
export const schedule = z
  .union([z.string(), scheduleKeys], 'is neither rate(…), cron(…) nor a map with when')
  .transform((value) => (typeof value === 'string' ? scheduleKeys.parse({ when: value }) : value))
