import * as z from 'zod'
import { OWN, VARIABLE } from '../base/settings.ts'

/** The name of a variable. */
export const variable = z
  .string()
  .regex(VARIABLE, 'is not an environment name: letters, digits and _, no digit first')

/** A list of names is a map of each to `own`. */
export const secrets = z.union(
  [
    z.array(variable).transform((names) => Object.fromEntries(names.map((name) => [name, OWN]))),
    z.record(
      variable,
      z.union(
        [
          z.literal(OWN),
          z.string().regex(/^\/[A-Za-z0-9_.${}/-]+$/, 'is not an SSM parameter name such as /shared/key'),
        ],
        `is neither ${OWN} nor an SSM parameter name such as /shared/key`,
      ),
    ),
  ],
  `is neither a list of names nor a map of names to ${OWN} or SSM parameters`,
)
