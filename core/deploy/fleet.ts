/** The instances of one service, as shown by its Auto Scaling group and their own health. */
export interface GroupView {
  desired: number
  max: number
  /** Every instance that is not gone yet and not in standby. */
  members: Member[]
  /**
   * Ids of instances that a person put into Standby: they are not in `desired`, serve nothing and stay until
   * someone ends them or puts them back.
   */
  standby?: string[]
  targetGroups: string[]
  /** Why it could launch nothing now: its launch template lacks the version that it wants. */
  unlaunchable?: string
}

export interface Member {
  id: string
  /** `leaving`: the group is terminating it; its lifecycle hook may still be draining it. */
  stage: 'starting' | 'serving' | 'leaving'
  /** Launched from what the group would launch now: same image, user data, type and role. */
  current: boolean
}

/** Something that the group did or tried. */
export interface GroupEvent {
  at: string
  /** `died`: replaced because it was ill or gone; `launch-failed`: no instance came of it. */
  kind: 'died' | 'launch-failed'
  instance?: string
  reason: string
}

/** Auto Scaling groups by name. Every verb rejects with `ServiceFailure` when the service refuses. */
export interface Fleet {
  /** Resolves to undefined when there is no such group. */
  group(name: string): Promise<GroupView | undefined>
  /** What went wrong in the group since then, oldest first. */
  troubles(name: string, since: Date): Promise<GroupEvent[]>
  setDesired(name: string, desired: number): Promise<void>
  /**
   * Terminates one member and lowers the desired number with it. If it is already gone, that is not an error.
   */
  retire(instance: string): Promise<void>
  /** Terminates one member, for which the group starts another; it may be gone already. */
  replace(instance: string): Promise<void>
  /** Terminates an instance in standby, which is not in the desired number; it may be gone already. */
  end(instance: string): Promise<void>
  /** Last line that an instance wrote to its console, if any is kept. */
  lastLine(instance: string): Promise<string | undefined>
}
