import { setTimeout as sleep } from 'node:timers/promises'
import middy from '@middy/core'
import { BundleStore } from '../adapters/aws/bundle-store.ts'
import * as clients from '../adapters/aws/clients.ts'
import { CloudFormationStacks } from '../adapters/aws/cloudformation.ts'
import { RunFiles } from '../adapters/aws/run-files.ts'
import { TemplateStore } from '../adapters/aws/template-store.ts'
import { readStackRole, readStage } from '../adapters/config.ts'
import { applyPlannedStack, type StackRequest } from '../core/deploy/apply-planned-stack.ts'
import { lookClosely } from '../core/template/close-look.ts'
import { once } from './once.ts'

const parts = once(() => {
  const stage = readStage()
  const s3 = clients.s3()
  const templates = new TemplateStore(s3, stage.bucket)
  return {
    stage,
    bundles: new BundleStore(s3, stage.bucket),
    runs: new RunFiles(s3, stage.bucket),
    stacks: new CloudFormationStacks(clients.cloudFormation(), { role: readStackRole(), templates }),
  }
})

/**
 * Starts what brings one stack of a plan to its template. At the app's own one, which all services wait for, it looks
 * closely; stacks of services are made side by side, and each close look would keep a function of its own busy.
 */
export const handler = middy(async (request: StackRequest) => {
  const begun = await applyPlannedStack(parts(), request)
  return request.service === undefined
    ? await lookClosely(parts().stacks, begun, (seconds) => sleep(seconds * 1000))
    : begun
})
