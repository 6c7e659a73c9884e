import type { Command } from 'commander'
import type { Open } from './context.ts'

/** Loads another command of the same program. */
export type Load = (command: Command) => Promise<void>

/** Gives a command its arguments, options, examples and action. */
type Define = (command: Command, open: Open, load: Load) => void

/** What `nanofleet --help` shows of a command; the rest is loaded when it is used. */
export interface Verb {
  name: string
  /** What follows the name; a test compares it with the loaded command. */
  usage?: string
  description: string
  /** Left out of the help. */
  hidden?: true
  load: () => Promise<Define>
}
