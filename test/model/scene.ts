import type { FakeCatalog } from '../support/fake-catalog.ts'
import type { LaggingEc2, Machine } from './lagging-ec2.ts'

export const STAGE = 'test'

/** A definition from some moment on; null once it is removed. */
export interface Text {
  at: number
  text: string | null
}

/** What is true in a world, whether or not anybody knows it. */
export interface Scene {
  /** Seconds. */
  now: number
  ec2: LaggingEc2
  catalog: FakeCatalog
  /** By the parameter's name. */
  texts: Map<string, Text[]>
  /** Instances that were told to go. */
  told: Set<string>
  /** Instances that EC2 recommended replacing. */
  advised: Set<string>
  /** The most seconds by which EC2's answers have lagged. */
  longestLag: number
  /** When a server last went away; seconds. */
  serverLostAt: number
  /** Rounds that were told nothing about some instances. */
  blindness: { at: number; hidden: ReadonlySet<string> }[]
  /** The instances of services that EC2 knows. */
  services: Machine[]
}
