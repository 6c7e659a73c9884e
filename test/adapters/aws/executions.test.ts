import { SFNClient } from '@aws-sdk/client-sfn'
import { afterEach, describe, expect, it } from '@jest/globals'
import { Workflows, workflowOf } from '../../../adapters/aws/executions.ts'
import { NotFound } from '../../../core/base/errors.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

const arn = 'arn:aws:states:eu-west-1:123456789012:execution:nanofleet-dev-clean-amis:run-1'
const stage = { name: 'dev', region: 'eu-west-1', account: '123456789012' }

let aws: CannedAws | undefined
afterEach(() => aws?.stop())

async function workflows(answers: Record<string, Answer | Answer[]>) {
  aws = new CannedAws(answers)
  return new Workflows(new SFNClient(await aws.start()), stage)
}

describe('workflows of a stage', () => {
  it('are started by their name, with a name for the run', async () => {
    const flows = await workflows({ StartExecution: { executionArn: arn } })
    expect(await flows.start('clean-amis', 'run-1', { keep: 1 })).toBe(arn)
    expect(JSON.parse(aws?.calls[0]?.body ?? '')).toEqual({
      stateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:nanofleet-dev-clean-amis',
      name: 'run-1',
      input: '{"keep":1}',
    })
  })

  it('that were never deployed are told with the remedy', async () => {
    const flows = await workflows({ StartExecution: { error: 'StateMachineDoesNotExist' } })
    await expect(flows.start('deploy', 'r', {})).rejects.toThrow(
      'Stage dev has no control plane in eu-west-1; run "npx serverless deploy --stage dev" first',
    )
  })
})

describe('the runs of a workflow since a time', () => {
  const page = (second: number, nextToken?: string) => ({
    executions: [{ executionArn: arn, name: 'run-1', status: 'SUCCEEDED', startDate: second }],
    ...(nextToken ? { nextToken } : {}),
  })
  it.each<[number, number, number[], boolean]>([
    [0, 9, [4, 3, 2], false],
    [3, 9, [4, 3], false],
    [0, 2, [4, 3], true],
  ])('from %i on, at most %i', async (since, most, seconds, more) => {
    const flows = await workflows({ ListExecutions: [page(4, 'a'), page(3, 'b'), page(2)] })
    const found = await flows.since('clean-amis', new Date(since * 1000), most)
    expect(found.runs.map(({ startedAt }) => startedAt.getTime() / 1000)).toEqual(seconds)
    expect(found.more).toBe(more)
  })
})

describe('a run', () => {
  it('has its workflow, times, input and how it ended', async () => {
    const answer = { name: 'run-1', status: 'FAILED', startDate: 1, stopDate: 3, input: '{"keep":1}' }
    const flows = await workflows({ DescribeExecution: { ...answer, error: 'FailureClean', cause: 'no' } })
    expect(await flows.describe(arn)).toEqual({
      arn,
      name: 'run-1',
      workflow: 'clean-amis',
      status: 'FAILED',
      startedAt: new Date(1000),
      endedAt: new Date(3000),
      input: { keep: 1 },
      error: 'FailureClean',
      cause: 'no',
    })
  })

  it.each(['ExecutionDoesNotExist', 'InvalidArn'])(
    'is not found when Step Functions says %s',
    async (error) => {
      const flows = await workflows({ DescribeExecution: { error } })
      await expect(flows.describe(arn)).rejects.toThrow(NotFound)
    },
  )

  it('has its history to the last page', async () => {
    const flows = await workflows({
      GetExecutionHistory: [{ events: [{ id: 1 }], nextToken: 'more' }, { events: [{ id: 2 }] }],
    })
    expect((await flows.history(arn)).map(({ id }) => id)).toEqual([1, 2])
  })

  it('belongs to the workflow that its ARN names', () => {
    expect(workflowOf(arn)).toBe('clean-amis')
  })
})
