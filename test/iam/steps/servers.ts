import { generateKeyPairSync } from 'node:crypto'
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SSMClient } from '@aws-sdk/client-ssm'
import { SecretParameters } from '../../../adapters/aws/secret-parameters.ts'
import { call, start } from '../../../adapters/consul/lambda-calls.ts'
import { controlName, PLATFORM } from '../../../core/base/names.ts'
import { READ_BY_SERVERS } from '../../../core/secrets/secrets.ts'
import type { SignRequest } from '../../../core/secrets/sign-server.ts'
import { clientSettings } from '../../live/stage.ts'
import { instanceOf } from '../instance.ts'
import { instanceCredentials } from '../instance-credentials.ts'
import { needs, type Step } from '../step.ts'
import type { IamWorld } from '../world.ts'

/** What the Consul servers do in AWS themselves. */
export const serverSteps: Step[] = [
  {
    role: 'platform-consul-Role',
    does: 'a Consul server: read the secrets',
    covers: needs('ssm:GetParameters'),
    run: async (world) => {
      const { privateIp } = await instanceOf(world, 'platform', 'consul')
      const credentials = await instanceCredentials(privateIp)
      const ssm = new SSMClient({ ...clientSettings(world.context), credentials })
      await new SecretParameters(ssm, world.context.stage, PLATFORM).read(READ_BY_SERVERS)
    },
  },
  {
    role: 'platform-consul-Role',
    does: 'a Consul server: look for the others',
    covers: needs('ec2:DescribeInstances'),
    run: async (world) => {
      const { privateIp } = await instanceOf(world, 'platform', 'consul')
      const credentials = await instanceCredentials(privateIp)
      const ec2 = new EC2Client({ ...clientSettings(world.context), credentials })
      await ec2.send(new DescribeInstancesCommand({}))
    },
  },
  {
    role: 'platform-consul-Role',
    does: 'a Consul server: report a neighbour that does not answer',
    covers: needs('lambda:InvokeFunction -reconcile'),
    run: async (world) => {
      const { privateIp } = await instanceOf(world, 'platform', 'consul')
      const credentials = await instanceCredentials(privateIp)
      const lambda = new LambdaClient({ ...clientSettings(world.context), credentials })
      await start(lambda, controlName(world.context.stage, 'reconcile'), { silent: [] })
    },
  },
  {
    role: 'platform-consul-Role',
    does: 'a Consul server: get a certificate',
    covers: needs('lambda:InvokeFunction -sign-server'),
    run: async (world) => {
      const { privateIp } = await instanceOf(world, 'platform', 'consul')
      const credentials = await instanceCredentials(privateIp)
      const lambda = new LambdaClient({ ...clientSettings(world.context), credentials })
      await call(lambda, controlName(world.context.stage, 'sign-server'), await signRequest(world))
    },
  },
  {
    role: 'SignServerRole',
    does: 'sign-server: a certificate for a running server',
    covers: needs('ssm:GetParameters', 'ec2:DescribeInstances'),
    run: async (world) => void (await world.invoke('sign-server', await signRequest(world))),
  },
]

async function signRequest(world: IamWorld): Promise<SignRequest> {
  const { instanceId } = await instanceOf(world, 'platform', 'consul')
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return { instance: instanceId, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() }
}
