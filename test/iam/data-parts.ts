import { DeleteBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { BucketEmptier } from '../../adapters/aws/bucket-emptier.ts'
import { CloudFormationStacks } from '../../adapters/aws/cloudformation.ts'
import { DataRemover } from '../../adapters/aws/data-remover.ts'
import type { Resource } from '../../core/base/cloudformation.ts'
import { appStack } from '../../core/base/names.ts'
import { dataParts, type KeptData } from '../../core/deploy/kept-data.ts'
import { takeAway } from './steps/stacks.ts'
import { type IamWorld, PROBE } from './world.ts'

/** Its stacks have no Kafka cluster. */
const noKafka = { remove: async () => false }

/** Of a table, named unlike anything of the stage. */
export const FOREIGN = `${PROBE}-of-another-stage`

export const topic: Resource = { Type: 'AWS::SNS::Topic' }
export const retained = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }
export const TABLE: Resource = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  },
}
export const QUEUE: Resource = { Type: 'AWS::SQS::Queue' }
export const bucket = (world: IamWorld): string => `nanofleet-${world.context.stage}-${PROBE}-data`
export const bucketResource = (world: IamWorld): Resource => ({
  Type: 'AWS::S3::Bucket',
  Properties: { BucketName: bucket(world), VersioningConfiguration: { Status: 'Enabled' } },
})
export const ofEach = (world: IamWorld) => ({ Data: bucketResource(world), Rows: TABLE, Jobs: QUEUE })

/** The probe's bundle with resources of its own, as its plan's, ready to be deployed. */
export async function push(world: IamWorld, Resources: Record<string, unknown>): Promise<void> {
  await world.giveImage()
  const { bundle } = await world.bundles.read(PROBE, world.probe)
  const { digest } = await world.bundles.write({ ...bundle, resources: { Resources } })
  await world.bundles.point(PROBE, digest)
}

export async function fill(world: IamWorld): Promise<void> {
  for (const Key of ['photo', 'another photo'])
    await world.context.s3().send(new PutObjectCommand({ Bucket: bucket(world), Key, Body: 'pixels' }))
}

export const record = (
  name: string,
  resource: Resource,
  id: string,
  more: Partial<KeptData> = {},
): KeptData => ({
  name,
  type: resource.Type,
  id,
  template: { AWSTemplateFormatVersion: '2010-09-09', Description: '', Resources: { [name]: resource } },
  parameters: {},
  at: '2026-01-31T12:00:00.000Z',
  execution: PROBE,
  ...more,
})

/** Removes the stack, the bucket, and what was kept. */
export async function tidy(world: IamWorld): Promise<void> {
  await world.takeImage()
  await world.bundles.point(PROBE, world.probe)
  await world.plan()
  const stacks = new CloudFormationStacks(world.context.cloudFormation())
  const stack = appStack(world.context.stage, PROBE)
  const view = await stacks.find(stack)
  const parts = view ? dataParts(await stacks.parts(stack)) : []
  await new BucketEmptier(world.context.s3()).empty(bucket(world))
  await takeAway(world)
  const kept = await world.kept.list(PROBE)
  for (const part of [...parts, ...kept]) await new DataRemover(world.context, noKafka).remove(part)
  await world.context
    .s3()
    .send(new DeleteBucketCommand({ Bucket: bucket(world) }))
    .catch(gone)
  await world.kept.drop(PROBE, kept)
}

function gone(error: Error): void {
  if (error.name !== 'NoSuchBucket') throw error
}
