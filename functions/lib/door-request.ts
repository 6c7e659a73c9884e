import * as z from 'zod'
import type { DoorRequest, Verb } from '../../core/registration/door.ts'

/**
 * What the other functions, the CLI and tests send to the door. An unknown verb is refused on its own and
 * does not affect the other calls.
 */
export const doorRequest: z.ZodType<DoorRequest> = z.strictObject({
  calls: z.array(
    z.strictObject({
      verb: z.custom<Verb>((verb) => typeof verb === 'string', 'is not the name of a call'),
      server: z.strictObject({ instanceId: z.string(), address: z.string() }),
      of: z.exactOptional(
        z.custom<object>((of) => typeof of === 'object' && of !== null, 'must be an object'),
      ),
    }),
  ),
  renew: z.exactOptional(z.literal(true)),
})
