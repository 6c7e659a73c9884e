import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { StepFunctionsExecutions } from '../../adapters/aws/step-functions.ts'
import { clientSettings, liveStage } from '../live/stage.ts'
import { executionsContract } from './executions.ts'

const WAIT = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 600, End: true } } }

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}

executionsContract('of Step Functions', async () => {
  const context = await liveStage()
  const client = context.stepFunctions()
  const iam = new IAMClient(clientSettings(context))
  const name = `contract-wait-${process.pid}`
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(TRUST) }),
  )
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({ name, definition: JSON.stringify(WAIT), roleArn: Role?.Arn }),
  )
  return {
    executions: new StepFunctionsExecutions(client),
    begin: async () => {
      const { executionArn = '' } = await client.send(new StartExecutionCommand({ stateMachineArn }))
      return executionArn
    },
    end: async (executionArn) => void (await client.send(new StopExecutionCommand({ executionArn }))),
    stop: async () => {
      await client.send(new DeleteStateMachineCommand({ stateMachineArn }))
      await iam.send(new DeleteRoleCommand({ RoleName: name }))
      iam.destroy()
    },
  }
})
