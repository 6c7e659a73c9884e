import * as z from 'zod'
import { LABEL } from '../base/name-rules.ts'

const name = z.string().regex(LABEL, 'is not a name: lower-case letters, digits and dashes, a letter first')

/** Input of the workflow `build`. */
export const BuildInput = z.strictObject({
  app: name,
  /** Digest of the bundle to build, whatever was pushed meanwhile; empty or absent means the last push. */
  bundle: z
    .string()
    .regex(/^([0-9a-f]{64})?$/, 'must be the digest of a bundle')
    .default(''),
  /** Only these services; absent means every service of the app. */
  services: z.array(name).min(1, 'names no service; leave it out for all of them').optional(),
  /** Also build what is already built. */
  force: z.boolean().default(false),
})
export type BuildInput = z.infer<typeof BuildInput>

/** Input of the workflow `clean-amis`. */
export const CleanAmisInput = z.strictObject({
  /** Only report what would be removed. */
  dryRun: z.boolean().default(true),
  /** How many of each service's newest images stay. */
  keep: z.int('is not a whole number').min(0, 'is below 0').default(3),
  /** Younger images stay. */
  minAgeDays: z.number().min(0, 'is below 0').default(0),
  /**
   * How many images one run may remove. A plan of 200 is about 50 KiB of the 256 KiB that a state may carry.
   */
  max: z.int('is not a whole number').min(1, 'is below 1').max(200, 'is above 200').default(50),
})
export type CleanAmisInput = z.infer<typeof CleanAmisInput>
