import { canonicalJson } from '../../core/base/canonical.ts'
import type { Run, Runs } from '../../core/spec/submit.ts'

/** Runs of workflows in memory, with names as Step Functions takes them. */
export class MemoryRuns implements Runs {
  readonly runs = new Map<string, Run>()

  arn(workflow: string, name: string): string {
    return `arn:aws:states:eu-west-1:111122223333:execution:nanofleet-dev-${workflow}:${name}`
  }

  async find(arn: string): Promise<Run | undefined> {
    return this.runs.get(arn)
  }

  async latest(workflow: string, app: string): Promise<Run | undefined> {
    return [...this.runs.values()].findLast(
      ({ arn, input }) => arn.includes(`-${workflow}:`) && Object(input).app === app,
    )
  }

  async start(workflow: string, name: string, input: unknown): Promise<Run | undefined> {
    const arn = this.arn(workflow, name)
    const known = this.runs.get(arn)
    if (known) {
      const same = known.status === 'RUNNING' && canonicalJson(known.input) === canonicalJson(input)
      return same ? known : undefined
    }
    const run: Run = { arn, name, status: 'RUNNING', startedAt: new Date(0), input }
    this.runs.set(arn, run)
    return run
  }

  end(arn: string, status: string): void {
    const run = this.runs.get(arn)
    if (run) this.runs.set(arn, { ...run, status })
  }
}
