import { DeleteParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm'
import { CloudFormationStacks } from '../../adapters/aws/cloudformation.ts'
import { TemplateStore } from '../../adapters/aws/template-store.ts'
import { liveStage } from '../live/stage.ts'
import { stacksContract } from './stacks.ts'

stacksContract('of CloudFormation', async () => {
  const context = await liveStage()
  const prefix = `contract-${process.pid}`
  const taken = `/${prefix}-taken`
  await context.ssm().send(new PutParameterCommand({ Name: taken, Value: 'x', Type: 'String' }))
  const templates = new TemplateStore(context.s3(), context.bucket)
  return {
    stacks: new CloudFormationStacks(context.cloudFormation(), { templates }),
    prefix,
    // A parameter whose name is already taken; a new name replaces the resource, so it is created first.
    failing: (input) => ({ ...input, template: input.template.replaceAll(`"/${input.name}"`, `"${taken}"`) }),
    stop: async () => void (await context.ssm().send(new DeleteParameterCommand({ Name: taken }))),
  }
})
