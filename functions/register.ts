import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import * as clients from '../adapters/clients.ts'
import { readRegistration, readStage } from '../adapters/config.ts'
import { Ec2Instances } from '../adapters/ec2-instances.ts'
import { consulDoor, start } from '../adapters/lambda-calls.ts'
import { SqsLater } from '../adapters/later-queue.ts'
import { AutoScalingActions } from '../adapters/lifecycle-actions.ts'
import { SsmDefinitions } from '../adapters/ssm.ts'
import { controlName } from '../core/names.ts'
import { type BatchParts, type QueueOutcome, registerMessages } from '../core/register-batch.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

/** Events of instances, from the queue: brings what the catalog says about them up to date. */
export const register = (wire: () => BatchParts) => {
  const parts = once(wire)
  return middy(async (event: SQSEvent): Promise<QueueOutcome & SQSBatchResponse> => {
    const messages = event.Records.map(({ messageId, body }) => ({ id: messageId, body }))
    const outcome = await registerMessages(parts(), messages)
    return { ...outcome, batchItemFailures: outcome.failed.map((id) => ({ itemIdentifier: id })) }
  }).use(journal(({ report, problems }: QueueOutcome) => ({ report, problems })))
}

export const handler = register(() => {
  const { name, vpcId } = readStage()
  const { queueUrl, drainSeconds } = readRegistration()
  const lambda = clients.lambda()
  return {
    stage: name,
    vpcId,
    drainSeconds,
    instances: new Ec2Instances(clients.ec2(), vpcId),
    definitions: new SsmDefinitions(clients.ssm()),
    catalog: consulDoor(lambda, name),
    later: new SqsLater(clients.sqs(), queueUrl),
    lifecycle: new AutoScalingActions(clients.autoScaling()),
    requestReconcile: (leaving) =>
      start(lambda, controlName(name, 'reconcile'), { reason: 'a Consul server came or goes', leaving }),
  }
})
