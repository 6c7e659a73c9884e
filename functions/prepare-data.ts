import middy from '@middy/core'
import { BucketEmptier } from '../adapters/aws/bucket-emptier.ts'
import * as clients from '../adapters/aws/clients.ts'
import { CloudFormationStacks } from '../adapters/aws/cloudformation.ts'
import { TemplateStore } from '../adapters/aws/template-store.ts'
import { readStackRole, readStage } from '../adapters/config.ts'
import { appStack } from '../core/base/names.ts'
import { prepareData } from '../core/deploy/prepare-data.ts'
import { once } from './once.ts'

const parts = once(() => {
  const stage = readStage()
  const s3 = clients.s3()
  const templates = new TemplateStore(s3, stage.bucket)
  return {
    stage: stage.name,
    stacks: new CloudFormationStacks(clients.cloudFormation(), { role: readStackRole(), templates }),
    buckets: new BucketEmptier(s3),
  }
})

/** Before an app's own stack goes: lets its data out of the stack, or empties the buckets whose data goes too. */
export const handler = middy(async ({ app, data }: { app: string; data: 'keep' | 'delete' }) => {
  const { stage, ...ports } = parts()
  return await prepareData(ports, appStack(stage, app), data)
})
