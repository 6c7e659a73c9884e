import * as z from 'zod'
import { InvalidInput } from '../base/errors.ts'

/** As much of an app as it takes to remove it. */
export interface Outline {
  /** Names of the apps that it needs. */
  requires: string[]
  services: Record<string, { needs: string[] }>
}

const names = z.array(z.string()).default([])
const schema = z.object({
  manifest: z.object({
    requires: names,
    services: z.record(z.string(), z.object({ needs: names })),
  }),
})

/**
 * The outline of a stored bundle. The rest of it may break rules that are younger than the bundle: an app
 * that could not be pushed today can still be taken down.
 * @param place where the bundle was read from
 * @throws {InvalidInput} if it is no bundle of any version
 */
export function outlineOf(value: unknown, place: string): Outline {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data.manifest
  throw new InvalidInput(place, 'is not an app with services', 'push the app again', { cause: parsed.error })
}
