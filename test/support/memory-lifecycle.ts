import type { LifecycleAction } from '../../core/registration/hints.ts'
import type { LifecycleActions } from '../../core/registration/register-batch.ts'

/** Held terminations in memory: every completion is noted, those of unknown or ended actions too. */
export class MemoryLifecycleActions implements LifecycleActions {
  readonly completed: LifecycleAction[] = []
  readonly #held = new Map<string, LifecycleAction>()

  async complete(action: LifecycleAction): Promise<void> {
    this.completed.push(action)
    const held = this.#held.get(action.token)
    if (held?.instanceId === action.instanceId && held.group === action.group) this.#held.delete(action.token)
  }

  /** A termination begins and waits. */
  hold(action: LifecycleAction): void {
    this.#held.set(action.token, action)
  }

  /** Whether a termination still waits. */
  holds({ token }: LifecycleAction): boolean {
    return this.#held.has(token)
  }
}
