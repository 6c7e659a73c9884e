import middy from '@middy/core'
import * as clients from '../adapters/aws/clients.ts'
import { CloudFormationStacks } from '../adapters/aws/cloudformation.ts'
import { readStackRole, readStage } from '../adapters/config.ts'
import { appStack, serviceStack } from '../core/base/names.ts'
import { removeStack } from '../core/template/bring-stack.ts'
import { once } from './once.ts'

const parts = once(() => ({
  stage: readStage().name,
  stacks: new CloudFormationStacks(clients.cloudFormation(), { role: readStackRole() }),
}))

/** Starts the deletion of a service's stack, or without a service of the app's own one. */
export const handler = middy(async ({ app, service }: { app: string; service?: string }) => {
  const { stage, stacks } = parts()
  return await removeStack(stacks, service ? serviceStack(stage, app, service) : appStack(stage, app))
})
