import type { Command } from 'commander'
import type { Open } from './context.ts'

/** Makes another command of the same program whole. */
export type Load = (command: Command) => Promise<void>

/** Gives a command its arguments, options, examples and action. */
type Define = (command: Command, open: Open, load: Load) => void

/** What `nanofleet --help` shows of a command; how it is used is loaded when it is used. */
export interface Verb {
  name: string
  /** What follows the name; a test holds it against the loaded command. */
  usage?: string
  description: string
  /** Left out of the help. */
  hidden?: true
  load: () => Promise<Define>
}
