import type { Permission } from './permissions.ts'
import type { IamWorld } from './world.ts'

/** A short piece of one role's real work. */
export interface Step {
  role: string
  /** What it does, for the table of results. */
  does: string
  /** Does it need this permission? */
  covers: (permission: Permission) => boolean
  /** Prepares what must exist; done with administrator rights and the role's whole policy. */
  prepare?: (world: IamWorld) => Promise<void>
  /** Rejects when the work does not end as expected. */
  run: (world: IamWorld) => Promise<void>
  /** Removes what the step created, whether it succeeded or not. */
  tidy?: (world: IamWorld) => Promise<void>
}

/**
 * Matches permissions written as `action` or, if an action is allowed on several resources, as
 * `action part-of-the-resource`.
 */
export const needs =
  (...wanted: string[]) =>
  ({ action, resource }: Permission): boolean =>
    wanted.some((each) => {
      const [name, part = ''] = each.split(' ')
      return name === action && resource.includes(part)
    })
