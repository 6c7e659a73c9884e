import { type AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { LifecycleActions } from '../../core/registration/departures.ts'
import type { LifecycleAction } from '../../core/registration/hints.ts'

/** Terminations that a lifecycle hook of EC2 Auto Scaling holds back. */
export class AutoScalingActions implements LifecycleActions {
  readonly #client: AutoScalingClient

  constructor(client: AutoScalingClient) {
    this.#client = client
  }

  async complete({ group, hook, token, instanceId }: LifecycleAction): Promise<void> {
    try {
      await this.#client.send(
        new CompleteLifecycleActionCommand({
          AutoScalingGroupName: group,
          LifecycleHookName: hook,
          LifecycleActionToken: token,
          InstanceId: instanceId,
          LifecycleActionResult: 'CONTINUE',
        }),
      )
    } catch (cause) {
      // Repeated or late: the action timed out, was completed before, or its group is gone.
      if ((cause as Error).name === 'ValidationError') return
      throw new ServiceFailure(`${group} does not let ${instanceId} go: ${(cause as Error).message}`, {
        cause,
      })
    }
  }
}
