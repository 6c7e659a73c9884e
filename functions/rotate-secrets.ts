import middy from '@middy/core'
import * as clients from '../adapters/aws/clients.ts'
import { Ec2Instances } from '../adapters/aws/ec2-instances.ts'
import { SecretParameters } from '../adapters/aws/secret-parameters.ts'
import { readStage } from '../adapters/config.ts'
import { call, consulDoor } from '../adapters/consul/lambda-calls.ts'
import { randomSecrets } from '../adapters/consul/secret-maker.ts'
import { controlName, PLATFORM } from '../core/base/names.ts'
import { runningServers } from '../core/registration/evidence.ts'
import type { Report } from '../core/registration/round.ts'
import {
  allRegistered,
  type Marks,
  type RotationStep,
  rotated,
  secretsTaken,
} from '../core/secrets/rotate-secrets.ts'
import { once } from './once.ts'

const parts = once(() => {
  const { name, vpcId } = readStage()
  const lambda = clients.lambda()
  const instances = new Ec2Instances(clients.ec2(), vpcId)
  return {
    secrets: new SecretParameters(clients.ssm(), name, PLATFORM),
    catalog: consulDoor(lambda, name),
    servers: async () => runningServers((await instances.look([])).servers),
    reconcile: async () => (await call(lambda, controlName(name, 'reconcile'), {})) as Report,
  }
})

type Request = { step: RotationStep; marks: Marks } | { step: 'look' } | { step: 'register' }

/** One step of a rotation, or a look whether the step before it has taken effect. No value of a secret leaves it. */
export const handler = middy(async (request: Request) => {
  const { secrets, reconcile, ...ports } = parts()
  if (request.step === 'register') return allRegistered(await reconcile())
  const standing = await secrets.read()
  if (request.step === 'look') return await secretsTaken(ports, standing)
  const after = rotated(standing, request.step, request.marks, randomSecrets)
  await secrets.write(after.secrets)
  return { marks: after.marks }
})
