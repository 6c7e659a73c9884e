import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { CodeBuildClient } from '@aws-sdk/client-codebuild'
import { describe, expect, it } from '@jest/globals'
import { failedBuild } from '../../../adapters/aws/codebuild.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

async function read(answers: Record<string, Answer>) {
  const aws = new CannedAws(answers)
  const settings = await aws.start()
  try {
    return await failedBuild(new CodeBuildClient(settings), new CloudWatchLogsClient(settings), 'p:1')
  } finally {
    await aws.stop()
  }
}

const build = {
  buildStatus: 'FAILED',
  phases: [
    { phaseType: 'PRE_BUILD', phaseStatus: 'SUCCEEDED' },
    { phaseType: 'BUILD', phaseStatus: 'FAILED', contexts: [{ message: 'exit status 1' }] },
    { phaseType: 'COMPLETED' },
  ],
  logs: { groupName: 'g', streamName: 's' },
}

describe('a failed build', () => {
  it('is told by its first phase that did not succeed and the end of its log', async () => {
    const events = [{ message: 'compiling\n' }, { message: 'main.go:3: undefined: x\n' }]
    expect(await read({ BatchGetBuilds: { builds: [build] }, GetLogEvents: { events } })).toEqual({
      id: 'p:1',
      status: 'FAILED',
      phase: 'BUILD',
      message: 'exit status 1',
      log: ['compiling', 'main.go:3: undefined: x'],
    })
  })

  it('may have no log', async () => {
    const { log } = await read({ BatchGetBuilds: { builds: [{ ...build, logs: {} }] } })
    expect(log).toEqual([])
  })

  it('is named when CodeBuild has forgotten it', async () => {
    await expect(read({ BatchGetBuilds: { buildsNotFound: ['p:1'] } })).rejects.toThrow(
      'CodeBuild has no build p:1',
    )
  })
})
