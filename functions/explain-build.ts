import middy from '@middy/core'
import * as clients from '../adapters/aws/clients.ts'
import { failedBuild } from '../adapters/aws/codebuild.ts'
import { buildIdIn, explainBuild } from '../core/images/build-failure.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

const parts = once(() => ({ codebuild: clients.codeBuild(), logs: clients.logs() }))

/** After a build that failed: the cause that Step Functions gives → one sentence with the build's last words. */
export const handler = middy(async ({ cause }: { cause: string }): Promise<string> => {
  const id = buildIdIn(cause)
  if (!id) return cause.slice(0, 500)
  const { codebuild, logs } = parts()
  return explainBuild(await failedBuild(codebuild, logs, id))
}).use(journal('build failure', (sentence: string) => sentence))
