import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn'
import type { Executions } from '../../core/deploy/lock.ts'

/** Executions of Step Functions; a Standard one is forgotten 90 days after its end. */
export class StepFunctionsExecutions implements Executions {
  readonly #client: SFNClient

  constructor(client: SFNClient) {
    this.#client = client
  }

  async runs(arn: string): Promise<boolean> {
    try {
      const { status } = await this.#client.send(new DescribeExecutionCommand({ executionArn: arn }))
      return status === 'RUNNING' || status === 'PENDING_REDRIVE'
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return false
      throw error
    }
  }
}
