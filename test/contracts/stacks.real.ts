import { DeleteParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm'
import { CloudFormationStacks } from '../../adapters/cloudformation.ts'
import { liveStage } from '../support/live-stage.ts'
import { stacksContract } from './stacks.ts'

stacksContract('of CloudFormation', async () => {
  const context = await liveStage()
  const prefix = `contract-${process.pid}`
  const taken = `/${prefix}-taken`
  await context.ssm().send(new PutParameterCommand({ Name: taken, Value: 'x', Type: 'String' }))
  return {
    stacks: new CloudFormationStacks(context.cloudFormation()),
    prefix,
    // A parameter with a name that somebody else's has; a new name replaces the resource, so it is made first.
    failing: (input) => ({ ...input, template: input.template.replaceAll(`"/${input.name}"`, `"${taken}"`) }),
    stop: async () => void (await context.ssm().send(new DeleteParameterCommand({ Name: taken }))),
  }
})
