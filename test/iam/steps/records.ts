import { DeleteParametersCommand } from '@aws-sdk/client-ssm'
import { SecretParameters } from '../../../adapters/aws/secret-parameters.ts'
import { definitionParameter, PLATFORM } from '../../../core/base/names.ts'
import { KEPT_RELEASES } from '../../../core/deploy/releases.ts'
import { ROTATED, type SecretName } from '../../../core/secrets/secrets.ts'
import { needs, type Step } from '../step.ts'
import { type IamWorld, PROBE, PROBE_PLAN } from '../world.ts'

/** The platform's secrets before a step changes them. */
let before: Map<SecretName, string> = new Map()

const lockProbe = async (world: IamWorld): Promise<string> => {
  const owner = world.ended
  await world.invoke('lock', { app: PROBE, owner })
  return owner
}

const record = async (world: IamWorld): Promise<void> => {
  const owner = world.ended
  await world.invoke('record-release', { plan: PROBE_PLAN, owner })
}

const tidyDefinitions = async (world: IamWorld): Promise<void> => {
  const Names = ['probe', 'gone'].map((name) => definitionParameter(world.context.stage, PROBE, name))
  await world.context.ssm().send(new DeleteParametersCommand({ Names }))
  await world.plan()
}

/** Steps of the functions that record what the control plane knows about an app, on the probe. */
export const recordSteps: Step[] = [
  {
    role: 'PutDefinitionsRole',
    does: 'put-definitions: one new, one of a removed service',
    covers: needs('s3:GetObject', 'ssm:GetParameters', 'ssm:PutParameter', 'ssm:DeleteParameters'),
    prepare: (world) => world.plan({ removed: ['gone'] }),
    run: async (world) => void (await world.invoke('put-definitions', { plan: PROBE_PLAN, step: 'final' })),
    tidy: tidyDefinitions,
  },
  {
    role: 'PrepareSecretsRole',
    does: 'prepare-secrets: those of the probe',
    covers: needs('ssm:GetParameters', 'ssm:PutParameter'),
    run: async (world) => void (await world.invoke('prepare-secrets', { app: PROBE })),
    tidy: ({ context }) => new SecretParameters(context.ssm(), context.stage, PROBE).remove(),
  },
  {
    role: 'RotateSecretsRole',
    does: 'rotate-secrets: new values next to the old ones',
    covers: needs('ssm:GetParameters', 'ssm:PutParameter'),
    prepare: async ({ context }) => {
      before = await new SecretParameters(context.ssm(), context.stage, PLATFORM).read(ROTATED)
    },
    run: async (world) => void (await world.invoke('rotate-secrets', { step: 'add', marks: {} })),
    tidy: ({ context }) => new SecretParameters(context.ssm(), context.stage, PLATFORM).write(before),
  },
  {
    role: 'RotateSecretsRole',
    does: 'rotate-secrets: which servers use the secrets',
    covers: needs('ec2:DescribeInstances', 'lambda:InvokeFunction -consul'),
    run: async (world) => void (await world.invoke('rotate-secrets', { step: 'look' })),
  },
  {
    role: 'RotateSecretsRole',
    does: 'rotate-secrets: put everything again',
    covers: needs('lambda:InvokeFunction -reconcile'),
    run: async (world) => void (await world.invoke('rotate-secrets', { step: 'register' })),
  },
  {
    role: 'RecordReleaseRole',
    does: 'record-release: one more than are kept',
    covers: needs(
      's3:GetObject',
      'dynamodb:ConditionCheckItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:BatchWriteItem',
    ),
    prepare: async (world) => {
      const owner = await lockProbe(world)
      for (let release = 1; release <= KEPT_RELEASES; release++)
        await world.context.releases().record(PROBE, { ...world.release, release, services: {} }, owner)
      await world.plan({ release: KEPT_RELEASES + 1 })
    },
    run: record,
    tidy: async (world) => {
      await world.forgetProbe()
      await world.plan()
    },
  },
  {
    role: 'RecordScaleRole',
    does: 'record-scale: a number set by hand',
    covers: needs('dynamodb:ConditionCheckItem', 'dynamodb:PutItem'),
    prepare: async (world) => void (await lockProbe(world)),
    run: async (world) => {
      const owner = world.ended
      const override = { count: 1, manifestCount: 2 }
      await world.invoke('record-scale', { app: PROBE, service: 'probe', override, owner })
    },
    tidy: (world) => world.forgetProbe(),
  },
  {
    role: 'RemoveAppRole',
    does: 'remove-app: the probe with one release',
    covers: needs(
      's3:GetObject',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:BatchWriteItem',
      'ssm:DeleteParameters',
    ),
    prepare: async (world) => {
      await lockProbe(world)
      await record(world)
    },
    run: async (world) => void (await world.invoke('remove-app', { app: PROBE, services: ['probe'] })),
    tidy: (world) => world.forgetProbe(),
  },
]
