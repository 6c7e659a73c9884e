import { randomUUID } from 'node:crypto'
import { DescribeInstanceAttributeCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { Ec2Jobs } from '../../../adapters/aws/job-instances.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { needs, type Step } from '../step.ts'
import { type IamWorld, PROBE } from '../world.ts'

/** A run of its own each time, as EC2 remembers what it started for one. */
const newRun = ({ context }: IamWorld): string =>
  `${context.workflows().machine('job').replace(':stateMachine:', ':execution:')}:${PROBE}-${randomUUID()}`

const start = async (world: IamWorld, run = newRun(world)): Promise<string> => {
  const input = { app: 'web', service: 'web' }
  const begun = await world.invoke('start-job', { run, input })
  return (begun as { instance: string }).instance
}

/** Ends the probe's instance, as an administrator. */
async function end({ context }: IamWorld): Promise<void> {
  const living = await new Ec2Jobs(context.ec2()).living()
  const InstanceIds = living.filter(({ run }) => run.includes(`:${PROBE}-`)).map(({ id }) => id)
  if (InstanceIds.length > 0) await context.ec2().send(new TerminateInstancesCommand({ InstanceIds }))
}

/** What the program does when it ends, with the address that it got. */
async function report({ context }: IamWorld, InstanceId: string): Promise<void> {
  const { UserData } = await context
    .ec2()
    .send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' }))
  const text = Buffer.from(UserData?.Value ?? '', 'base64').toString()
  const [, place = ''] = /NANOFLEET_JOB_RESULT=(\S+)/.exec(text) ?? []
  const answer = await fetch(place, { method: 'PUT', body: '{"exitCode":0}' })
  if (!answer.ok) throw new ServiceFailure(await answer.text())
}

/** The roles of the functions behind jobs. */
export const jobSteps: Step[] = [
  {
    role: 'StartJobRole',
    does: 'start-job: web; and the report of its program',
    covers: needs(
      's3:GetObject',
      's3:PutObject',
      'dynamodb:GetItem',
      'autoscaling:DescribeAutoScalingGroups',
      'ec2:DescribeInstances',
      'ec2:DescribeLaunchTemplateVersions',
      'ec2:RunInstances',
      'ec2:CreateTags',
      'iam:PassRole',
    ),
    run: async (world) => report(world, await start(world)),
    tidy: end,
  },
  {
    role: 'LookJobRole',
    does: 'look-job: a job whose time is up',
    covers: needs('s3:GetObject', 'ec2:DescribeInstances', 'ec2:TerminateInstances'),
    run: async (world) => {
      const run = newRun(world)
      const instance = await start(world, run)
      const startedAt = new Date().toISOString()
      await world.invoke('look-job', { run, instance, startedAt, timeoutSeconds: 0 })
    },
    tidy: end,
  },
  {
    role: 'SweepJobsRole',
    does: 'sweep-jobs: a job whose run is over',
    covers: needs('ec2:DescribeInstances', 'ec2:TerminateInstances', 'states:DescribeExecution'),
    run: async (world) => {
      await start(world)
      await world.invoke('sweep-jobs', {})
    },
    tidy: end,
  },
]
