import { setTimeout as sleep } from 'node:timers/promises'
import middy from '@middy/core'
import * as clients from '../adapters/aws/clients.ts'
import { CloudFormationStacks } from '../adapters/aws/cloudformation.ts'
import { readStackRole, readStage } from '../adapters/config.ts'
import { appStack, serviceStack } from '../core/base/names.ts'
import { removeStack } from '../core/template/bring-stack.ts'
import { lookClosely } from '../core/template/close-look.ts'
import { once } from './once.ts'

const parts = once(() => ({
  stage: readStage().name,
  stacks: new CloudFormationStacks(clients.cloudFormation(), { role: readStackRole() }),
}))

/** Starts the deletion of a service's stack, or without a service of the app's own one; at that one it looks closely. */
export const handler = middy(async ({ app, service }: { app: string; service?: string }) => {
  const { stage, stacks } = parts()
  if (service) return await removeStack(stacks, serviceStack(stage, app, service))
  const begun = await removeStack(stacks, appStack(stage, app))
  return await lookClosely(stacks, begun, (seconds) => sleep(seconds * 1000))
})
