import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ListExecutionsCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { controlName } from '../../core/base/names.ts'
import { arnOf } from '../../core/base/partition.ts'
import type { Run, Runs } from '../../core/spec/submit.ts'

/** How many of the latest runs are looked through, and how many of those are read, for one about an app. */
const LOOKED_THROUGH = 200
const READ = 5

/** The runs of a stage's workflows that work on apps. */
export class AppRuns implements Runs {
  readonly #client: SFNClient
  readonly #stage: { name: string; region: string; account: string }

  constructor(client: SFNClient, stage: { name: string; region: string; account: string }) {
    this.#client = client
    this.#stage = stage
  }

  arn(workflow: string, name: string): string {
    return `${this.#machine(workflow).replace(':stateMachine:', ':execution:')}:${name}`
  }

  async find(arn: string): Promise<Run | undefined> {
    try {
      const found = await this.#client.send(new DescribeExecutionCommand({ executionArn: arn }))
      const { name = '', status = '', startDate = new Date(0), stopDate, input, error, cause } = found
      return {
        arn,
        name,
        status,
        startedAt: startDate,
        ...(stopDate && { endedAt: stopDate }),
        ...(input !== undefined && { input: JSON.parse(input) }),
        ...(error !== undefined && { error }),
        ...(cause !== undefined && { cause }),
      }
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return undefined
      throw error
    }
  }

  async start(workflow: string, name: string, input: unknown): Promise<Run | undefined> {
    const stateMachineArn = this.#machine(workflow)
    try {
      const { executionArn = '', startDate = new Date(0) } = await this.#client.send(
        new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
      )
      return { arn: executionArn, name, status: 'RUNNING', startedAt: startDate, input }
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return undefined
      throw error
    }
  }

  /** Runs are named after their app; one of an app with a longer name that begins alike is passed over. */
  async latest(workflow: string, app: string): Promise<Run | undefined> {
    const stateMachineArn = this.#machine(workflow)
    const { executions = [] } = await this.#client.send(
      new ListExecutionsCommand({ stateMachineArn, maxResults: LOOKED_THROUGH }),
    )
    const likely = executions.filter(({ name }) => name?.startsWith(`${app.slice(0, 60)}-`)).slice(0, READ)
    for (const { executionArn = '' } of likely) {
      const run = await this.find(executionArn)
      const { app: about, dryRun } = Object(run?.input) as { app?: string; dryRun?: boolean }
      if (about === app && !dryRun) return run
    }
    return undefined
  }

  #machine(workflow: string): string {
    return arnOf(this.#stage, 'states', `stateMachine:${controlName(this.#stage.name, workflow)}`)
  }
}
