import { setTimeout as sleep } from 'node:timers/promises'
import type { SQSBatchResponse } from 'aws-lambda'
import * as clients from '../adapters/aws/clients.ts'
import { Ec2Instances } from '../adapters/aws/ec2-instances.ts'
import { SqsLater } from '../adapters/aws/later-queue.ts'
import { AutoScalingActions } from '../adapters/aws/lifecycle-actions.ts'
import { SsmDefinitions } from '../adapters/aws/ssm.ts'
import { readRegistration } from '../adapters/config.ts'
import { consulDoor, start } from '../adapters/consul/lambda-calls.ts'
import { controlName } from '../core/base/names.ts'
import { type BatchParts, type QueueOutcome, registerMessages } from '../core/registration/register-batch.ts'
import { counts } from './lib/counts.ts'
import { lambda } from './lib/lambda.ts'
import { stage } from './lib/parts.ts'
import { queueBatch } from './lib/queue-batch.ts'

type Outcome = QueueOutcome & SQSBatchResponse & { events: number }

/**
 * CloudWatch bills metrics for each month in which they are written: other people's instances, or a platform
 * that is down, write none.
 */
const measured = ({ report, runningSince, events }: Outcome) =>
  report === null
    ? {}
    : {
        Events: events,
        Registrations: report.registered,
        RegistrationLatency: runningSince.map((at) => Math.max(0, Date.now() - Date.parse(at))),
      }

/** Takes instance events from the queue and brings the catalog up to date about their instances. */
export const handler = lambda('register', {
  input: queueBatch,
  parts: (): BatchParts => {
    const { name, vpcId } = stage()
    const { queueUrl, drainSeconds, serverDrainSeconds } = readRegistration()
    const functions = clients.lambda()
    return {
      stage: name,
      vpcId,
      drainSeconds,
      serverDrainSeconds,
      instances: new Ec2Instances(clients.ec2(clients.PROMPT), vpcId),
      definitions: new SsmDefinitions(clients.ssm(clients.PROMPT)),
      pause: sleep,
      catalog: consulDoor(functions, name),
      later: new SqsLater(clients.sqs(), queueUrl),
      lifecycle: new AutoScalingActions(clients.autoScaling()),
      requestReconcile: (leaving) =>
        start(functions, controlName(name, 'reconcile'), {
          reason: 'a Consul server comes or goes',
          leaving,
        }),
    }
  },
  work: async (parts, messages): Promise<Outcome> => {
    const outcome = await registerMessages(parts, messages, new Date())
    const batchItemFailures = outcome.failed.map((id) => ({ itemIdentifier: id }))
    return { ...outcome, events: messages.length, batchItemFailures }
  },
  told: ({ report, problems }) => ({ ...report, problems: [...problems, ...(report?.problems ?? [])] }),
  also: counts(measured),
})
