import * as z from 'zod'
import type { DoorRequest, Verb } from '../../core/registration/door.ts'

/**
 * What the other functions, the CLI and tests ask of the door. An unknown verb is refused by itself and
 * spoils no other call.
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
