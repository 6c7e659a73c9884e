import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { DeleteParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { SsmDefinitions } from '../../adapters/aws/ssm.ts'
import type { Context } from '../../cli/context.ts'
import { clientSettings, liveStage } from '../live/stage.ts'
import { definitionsContract } from './definitions.ts'

definitionsContract('in Parameter Store', async () => {
  const context = await liveStage()
  const ssm = context.ssm()
  const prefix = `/contract/${process.pid}`
  const unreadable = `/contract-closed/${process.pid}`
  const reader = await readerOf(
    context,
    `arn:aws:ssm:${context.region}:${context.account}:parameter/contract/*`,
  )
  const made = new Set<string>()
  const put = async (Name: string, Value: string, kind: 'plain' | 'secret' = 'plain') => {
    made.add(Name)
    const Type = kind === 'secret' ? 'SecureString' : 'String'
    // As deploy does: above 4 KiB a parameter has to be advanced.
    const Tier = 'Intelligent-Tiering'
    await ssm.send(new PutParameterCommand({ Name, Value, Type, Tier, Overwrite: true }))
  }
  // A single forbidden name gets a whole GetParameters refused.
  await put(unreadable, 'there anyway')
  return {
    source: new SsmDefinitions(reader.client),
    prefix,
    put,
    unreadable,
    stop: async () => {
      const names = [...made]
      while (names.length > 0) await ssm.send(new DeleteParametersCommand({ Names: names.splice(0, 10) }))
      await reader.stop()
    },
  }
})

/** A client that may only read these parameters. */
async function readerOf(context: Context, Resource: string) {
  const settings = clientSettings(context)
  const iam = new IAMClient(settings)
  const UserName = `contract-reader-${process.pid}`
  const PolicyName = 'read'
  const Statement = [{ Effect: 'Allow', Action: 'ssm:GetParameters', Resource }]
  await iam.send(new CreateUserCommand({ UserName }))
  await iam.send(
    new PutUserPolicyCommand({
      UserName,
      PolicyName,
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
    }),
  )
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
  const client = new SSMClient({ ...settings, credentials: { accessKeyId, secretAccessKey } })
  return {
    client,
    stop: async () => {
      client.destroy()
      await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: accessKeyId }))
      await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }))
      await iam.send(new DeleteUserCommand({ UserName }))
      iam.destroy()
    },
  }
}
