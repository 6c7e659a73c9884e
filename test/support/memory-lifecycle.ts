import type { LifecycleActions } from '../../core/registration/departures.ts'
import type { LifecycleAction } from '../../core/registration/hints.ts'

/** Held terminations in memory: every completion is recorded, even of unknown or ended actions. */
export class MemoryLifecycleActions implements LifecycleActions {
  readonly completed: LifecycleAction[] = []
  readonly #held = new Map<string, LifecycleAction>()

  async complete(action: LifecycleAction): Promise<void> {
    this.completed.push(action)
    const held = this.#held.get(action.token)
    if (held?.instanceId === action.instanceId && held.group === action.group) this.#held.delete(action.token)
  }

  /** Starts a termination, which waits. */
  hold(action: LifecycleAction): void {
    this.#held.set(action.token, action)
  }

  /** Whether a termination is still waiting. */
  holds({ token }: LifecycleAction): boolean {
    return this.#held.has(token)
  }
}
