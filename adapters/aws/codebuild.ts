import { type CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { BatchGetBuildsCommand, type Build, type CodeBuildClient } from '@aws-sdk/client-codebuild'
import { NotFound } from '../../core/base/errors.ts'
import type { FailedBuild } from '../../core/images/build-failure.ts'

/** Enough for a compiler's error and what the runner prints after it. */
const LINES = 40

/**
 * What is known of a failed build: where it stopped, and the end of its log, empty if it wrote none.
 * @throws NotFound when CodeBuild has forgotten the build
 */
export async function failedBuild(
  codebuild: CodeBuildClient,
  logs: CloudWatchLogsClient,
  id: string,
): Promise<FailedBuild> {
  const { builds } = await codebuild.send(new BatchGetBuildsCommand({ ids: [id] }))
  const build = builds?.[0]
  if (!build) throw new NotFound(`CodeBuild has no build ${id}`)
  const phase = build.phases?.find(({ phaseStatus }) => phaseStatus && phaseStatus !== 'SUCCEEDED')
  return {
    id,
    status: build.buildStatus ?? 'FAILED',
    phase: phase?.phaseType ?? 'unknown',
    message: phase?.contexts?.[0]?.message ?? '',
    log: await lastLines(logs, build),
  }
}

async function lastLines(logs: CloudWatchLogsClient, build: Build): Promise<string[]> {
  const { groupName, streamName } = build.logs ?? {}
  if (!groupName || !streamName) return []
  const answer = await logs.send(
    new GetLogEventsCommand({ logGroupName: groupName, logStreamName: streamName, limit: LINES }),
  )
  return (answer.events ?? []).map(({ message = '' }) => message.trim())
}
