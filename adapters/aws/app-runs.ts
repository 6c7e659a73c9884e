import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { NotFound } from '../../core/base/errors.ts'
import type { Run, Runs } from '../../core/spec/submit.ts'
import { Workflows } from './executions.ts'

/** How many of the latest runs are looked through, and how many of those are read, for one about an app. */
const LOOKED_THROUGH = 200
const READ = 5

/** The runs of a stage's workflows that work on apps. */
export class AppRuns implements Runs {
  readonly #client: SFNClient
  readonly #workflows: Workflows

  constructor(client: SFNClient, stage: { name: string; region: string; account: string }) {
    this.#client = client
    this.#workflows = new Workflows(client, stage)
  }

  arn(workflow: string, name: string): string {
    return `${this.#workflows.machine(workflow).replace(':stateMachine:', ':execution:')}:${name}`
  }

  async find(arn: string): Promise<Run | undefined> {
    try {
      const { workflow: _workflow, output: _output, ...run } = await this.#workflows.describe(arn)
      return run
    } catch (error) {
      if (error instanceof NotFound) return undefined
      throw error
    }
  }

  async start(workflow: string, name: string, input: unknown): Promise<Run | undefined> {
    const stateMachineArn = this.#workflows.machine(workflow)
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
    const executions = await this.#workflows.latest(workflow, LOOKED_THROUGH)
    const likely = executions.filter(({ name }) => name.startsWith(`${app.slice(0, 60)}-`)).slice(0, READ)
    for (const { arn } of likely) {
      const run = await this.find(arn)
      const { app: about, dryRun } = Object(run?.input) as { app?: string; dryRun?: boolean }
      if (about === app && !dryRun) return run
    }
    return undefined
  }
}
