import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  InvalidArn,
  ListExecutionsCommand,
  type SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { NotFound } from '../../core/base/errors.ts'
import { controlName } from '../../core/base/names.ts'
import { arnOf } from '../../core/base/partition.ts'

/** One run of a workflow, as a person sees it. */
export interface Execution {
  arn: string
  name: string
  workflow: string
  status: string
  startedAt: Date
  endedAt?: Date
  input?: unknown
  output?: unknown
  /** Error name and sentence of a failed run. */
  error?: string
  cause?: string
}

/** Starts workflows of one stage and reads their runs. */
export class Workflows {
  readonly #client: SFNClient
  readonly #stage: { name: string; region: string; account: string }

  constructor(client: SFNClient, stage: { name: string; region: string; account: string }) {
    this.#client = client
    this.#stage = stage
  }

  /** ARN of a state machine of this stage. */
  machine(workflow: string): string {
    return arnOf(this.#stage, 'states', `stateMachine:${controlName(this.#stage.name, workflow)}`)
  }

  /**
   * Starts a run and returns its ARN.
   * @throws NotFound when the stage has no control plane
   */
  async start(workflow: string, name: string, input: unknown): Promise<string> {
    const answer = await this.#known(
      this.#client.send(
        new StartExecutionCommand({
          stateMachineArn: this.machine(workflow),
          name,
          input: JSON.stringify(input),
        }),
      ),
    )
    return answer.executionArn ?? ''
  }

  /** @throws NotFound when there is no such run */
  async describe(arn: string): Promise<Execution> {
    try {
      const answer = await this.#client.send(new DescribeExecutionCommand({ executionArn: arn }))
      return {
        ...summary(arn, answer),
        ...(answer.input ? { input: JSON.parse(answer.input) } : {}),
        ...(answer.output ? { output: JSON.parse(answer.output) } : {}),
        ...(answer.error ? { error: answer.error } : {}),
        ...(answer.cause ? { cause: answer.cause } : {}),
      }
    } catch (cause) {
      // A name with a space in it gives no valid ARN, so no run has it.
      if (!(cause instanceof ExecutionDoesNotExist || cause instanceof InvalidArn)) throw cause
      throw new NotFound(`There is no execution ${arn}; "nanofleet executions" lists them`, { cause })
    }
  }

  /**
   * Stops a run; one that is over stays as it is.
   * @param cause one sentence for those who ask why it ended
   */
  async stop(arn: string, error: string, cause: string): Promise<void> {
    try {
      await this.#client.send(new StopExecutionCommand({ executionArn: arn, error, cause }))
    } catch (failure) {
      // The answer of Step Functions for a run that has ended meanwhile.
      if (failure instanceof Error && failure.name === 'ValidationException') return
      throw failure
    }
  }

  /** All events so far, oldest first. */
  async history(arn: string): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = []
    let nextToken: string | undefined
    do {
      const page = await this.#client.send(
        new GetExecutionHistoryCommand({ executionArn: arn, maxResults: 1000, nextToken }),
      )
      events.push(...(page.events ?? []))
      nextToken = page.nextToken
    } while (nextToken)
    return events
  }

  /** The latest runs of a workflow, newest first. */
  async latest(workflow: string, count: number): Promise<Execution[]> {
    const answer = await this.#known(
      this.#client.send(
        new ListExecutionsCommand({ stateMachineArn: this.machine(workflow), maxResults: count }),
      ),
    )
    return (answer.executions ?? []).map((item) => summary(item.executionArn ?? '', item))
  }

  /**
   * The runs of a workflow that began since then, newest first.
   * @param most how many are read at most; `more` says that there are others
   */
  async since(workflow: string, from: Date, most: number): Promise<{ runs: Execution[]; more: boolean }> {
    const runs: Execution[] = []
    let nextToken: string | undefined
    do {
      const request = { stateMachineArn: this.machine(workflow), maxResults: 100, nextToken }
      const page = await this.#known(this.#client.send(new ListExecutionsCommand(request)))
      const found = (page.executions ?? []).map((item) => summary(item.executionArn ?? '', item))
      const recent = found.filter(({ startedAt }) => startedAt >= from)
      runs.push(...recent)
      nextToken = recent.length === found.length ? page.nextToken : undefined
    } while (nextToken && runs.length < most)
    return { runs: runs.slice(0, most), more: nextToken !== undefined || runs.length > most }
  }

  async #known<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (cause) {
      if (!(cause instanceof StateMachineDoesNotExist)) throw cause
      const { name, region } = this.#stage
      throw new NotFound(
        `Stage ${name} has no control plane in ${region}; run "npx serverless deploy --stage ${name}" first`,
        { cause },
      )
    }
  }
}

interface Run {
  name?: string | undefined
  status?: string | undefined
  startDate?: Date | undefined
  stopDate?: Date | undefined
}

function summary(arn: string, run: Run): Execution {
  return {
    arn,
    name: run.name ?? '',
    workflow: workflowOf(arn),
    status: run.status ?? 'UNKNOWN',
    startedAt: run.startDate ?? new Date(0),
    ...(run.stopDate ? { endedAt: run.stopDate } : {}),
  }
}

/** `deploy` of `arn:…:states:<region>:<account>:execution:nanofleet-<stage>-deploy:<name>`. */
export function workflowOf(arn: string): string {
  const machine = arn.split(':')[6] ?? ''
  return /^nanofleet-[a-z0-9]+-(.+)$/.exec(machine)?.[1] ?? machine
}
