import { setTimeout as sleep } from 'node:timers/promises'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { ServiceFailure } from '../../../core/base/errors.ts'
import type { PrivateApi } from '../../../local/root-key.ts'
import { zipOf } from './zip.ts'

/** The medians in milliseconds. */
export interface Latencies {
  /** The first call of a function: a worker starts. */
  coldInvoke: number
  warmInvoke: number
  /** From StartExecution to the end of a run with one Pass state. */
  emptyRun: number
  /** What each Lambda task adds to a run, with a warm function. */
  lambdaTask: number
}

/** How many times each is measured. */
const ROUNDS = { cold: 5, warm: 60, run: 15 }
const TASKS = 6

/** Measures an emulator with functions and workflows that do nothing. */
export async function latencies({ endpoint, credentials }: PrivateApi): Promise<Latencies> {
  const client = {
    endpoint,
    region: 'eu-west-1',
    credentials,
  }
  const [lambda, workflows] = [new LambdaClient(client), new SFNClient(client)]
  const role = await createRole(new IAMClient(client))
  const names = Array.from({ length: ROUNDS.cold }, (_, index) => `bench-${index}`)
  for (const name of names) await createFunction(lambda, role, name)
  const cold = []
  for (const name of names)
    cold.push(await timed(() => lambda.send(new InvokeCommand({ FunctionName: name }))))
  const warm = []
  for (let round = 0; round < ROUNDS.warm; round += 1)
    warm.push(await timed(() => lambda.send(new InvokeCommand({ FunctionName: 'bench-0' }))))
  const one = await runTimes(workflows, role, 1)
  const many = await runTimes(workflows, role, TASKS)
  return {
    coldInvoke: median(cold),
    warmInvoke: median(warm),
    emptyRun: median(await runTimes(workflows, role, 0)),
    lambdaTask: (median(many) - median(one)) / (TASKS - 1),
  }
}

async function createRole(iam: IAMClient): Promise<string> {
  const trust = { Effect: 'Allow', Action: 'sts:AssumeRole' }
  const services = { Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] }
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'bench',
      AssumeRolePolicyDocument: document({ ...trust, Principal: services }),
    }),
  )
  const policy = document({ Effect: 'Allow', Action: ['lambda:InvokeFunction', 'logs:*'], Resource: '*' })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'bench', PolicyName: 'bench', PolicyDocument: policy }))
  return Role?.Arn ?? ''
}

const document = (statement: object): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [statement] })

async function createFunction(lambda: LambdaClient, role: string, name: string): Promise<void> {
  const ZipFile = zipOf('index.mjs', 'export const handler = async () => ({})\n')
  const runtime = { Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 30 } as const
  await lambda.send(
    new CreateFunctionCommand({ FunctionName: name, Role: role, Code: { ZipFile }, ...runtime }),
  )
}

async function runTimes(workflows: SFNClient, roleArn: string, tasks: number): Promise<number[]> {
  const task = {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: 'bench-0' },
  }
  const states = Object.fromEntries(
    Array.from({ length: tasks }, (_, index) => [`Task${index}`, { ...task, Next: next(index + 1, tasks) }]),
  )
  const definition = {
    QueryLanguage: 'JSONata',
    StartAt: next(0, tasks),
    States: { ...states, End: { Type: 'Pass', End: true } },
  }
  const { stateMachineArn } = await workflows.send(
    new CreateStateMachineCommand({
      name: `bench-${tasks}`,
      roleArn,
      definition: JSON.stringify(definition),
    }),
  )
  const times = []
  for (let round = 0; round < ROUNDS.run; round += 1)
    times.push(await timed(() => run(workflows, stateMachineArn)))
  return times
}

const next = (index: number, tasks: number): string => (index < tasks ? `Task${index}` : 'End')

async function run(workflows: SFNClient, stateMachineArn: string | undefined): Promise<void> {
  const { executionArn } = await workflows.send(new StartExecutionCommand({ stateMachineArn }))
  for (;;) {
    const { status, cause } = await workflows.send(new DescribeExecutionCommand({ executionArn }))
    if (status === 'SUCCEEDED') return
    if (status !== 'RUNNING')
      throw new ServiceFailure(`a workflow of the benchmark ended as ${status}: ${cause}`)
    await sleep(2)
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

const median = (values: number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
