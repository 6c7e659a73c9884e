import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { failedBuild } from '../adapters/aws/codebuild.ts'
import { buildIdIn, explainBuild } from '../core/images/build-failure.ts'
import { lambda } from './lib/lambda.ts'

/**
 * After a failed build: turns the cause that Step Functions gives into one sentence with the build's last
 * words.
 */
export const handler = lambda('explain-build', {
  input: z.strictObject({ cause: z.string() }),
  parts: () => ({ codebuild: clients.codeBuild(), logs: clients.logs() }),
  work: async ({ codebuild, logs }, { cause }) => {
    const id = buildIdIn(cause)
    return id ? explainBuild(await failedBuild(codebuild, logs, id)) : cause.slice(0, 500)
  },
})
