import { setTimeout as sleep } from 'node:timers/promises'
import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import * as clients from '../adapters/aws/clients.ts'
import { Ec2Instances } from '../adapters/aws/ec2-instances.ts'
import { SqsLater } from '../adapters/aws/later-queue.ts'
import { AutoScalingActions } from '../adapters/aws/lifecycle-actions.ts'
import { SsmDefinitions } from '../adapters/aws/ssm.ts'
import { readRegistration, readStage } from '../adapters/config.ts'
import { consulDoor, start } from '../adapters/consul/lambda-calls.ts'
import { controlName } from '../core/base/names.ts'
import { type BatchParts, type QueueOutcome, registerMessages } from '../core/registration/register-batch.ts'
import { counts } from './counts.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

type Outcome = QueueOutcome & SQSBatchResponse & { events: number }

/** Events of instances, from the queue: brings what the catalog says about them up to date. */
export const register = (wire: () => BatchParts) => {
  const parts = once(wire)
  return middy(async (event: SQSEvent): Promise<Outcome> => {
    const messages = event.Records.map(({ messageId, body }) => ({ id: messageId, body }))
    const outcome = await registerMessages(parts(), messages, new Date())
    const batchItemFailures = outcome.failed.map((id) => ({ itemIdentifier: id }))
    return { ...outcome, events: messages.length, batchItemFailures }
  })
    .use(counts(measured))
    .use(journal('batch', told))
}

const told = ({ report, problems }: QueueOutcome) => ({
  ...report,
  problems: [...problems, ...(report?.problems ?? [])],
})

/** Metrics cost by the month while they are written: instances of others, and a platform that is down, write none. */
const measured = ({ report, runningSince, events }: Outcome) =>
  report === null
    ? {}
    : {
        Events: events,
        Registrations: report.registered,
        RegistrationLatency: runningSince.map((at) => Math.max(0, Date.now() - Date.parse(at))),
      }

export const handler = register(() => {
  const { name, vpcId } = readStage()
  const { queueUrl, drainSeconds } = readRegistration()
  const lambda = clients.lambda()
  return {
    stage: name,
    vpcId,
    drainSeconds,
    instances: new Ec2Instances(clients.ec2(clients.PROMPT), vpcId),
    definitions: new SsmDefinitions(clients.ssm(clients.PROMPT)),
    pause: sleep,
    catalog: consulDoor(lambda, name),
    later: new SqsLater(clients.sqs(), queueUrl),
    lifecycle: new AutoScalingActions(clients.autoScaling()),
    requestReconcile: (leaving) =>
      start(lambda, controlName(name, 'reconcile'), { reason: 'a Consul server came or goes', leaving }),
  }
})
