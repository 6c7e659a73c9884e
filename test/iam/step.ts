import type { Permission } from './permissions.ts'
import type { IamWorld } from './world.ts'

/** A short piece of real work of one role. */
export interface Step {
  role: string
  /** What it does, for the table of results. */
  does: string
  /** Does it need this permission of its role? */
  covers: (permission: Permission) => boolean
  /** What must be there before; done with the rights of an administrator and the role's whole policy. */
  prepare?: (world: IamWorld) => Promise<void>
  /** Rejects when the work does not end as it should. */
  run: (world: IamWorld) => Promise<void>
  /** Takes away what the step made, whether it went well or not. */
  tidy?: (world: IamWorld) => Promise<void>
}

/**
 * Matches permissions written as `action` or, where one action is allowed on several resources, as
 * `action part-of-the-resource`.
 */
export const needs =
  (...wanted: string[]) =>
  ({ action, resource }: Permission): boolean =>
    wanted.some((each) => {
      const [name, part = ''] = each.split(' ')
      return name === action && resource.includes(part)
    })
