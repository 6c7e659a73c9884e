import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { serviceStack } from '../../../core/base/names.ts'
import { needs, type Step } from '../step.ts'
import { type IamWorld, PROBE } from '../world.ts'

const SET_DESIRED = 'arn:aws:states:::aws-sdk:autoscaling:setDesiredCapacity'
const WORKFLOWS = [
  'build',
  'clean-amis',
  'deploy',
  'job',
  'restart',
  'rotate-secrets',
  'scale',
  'service',
  'teardown',
]

interface State {
  Type: string
  Resource?: string
  Arguments?: Record<string, unknown>
  ItemProcessor?: Machine
  Branches?: Machine[]
}

interface Machine {
  States: Record<string, State>
}

interface Task {
  name: string
  state: State
}

/**
 * One step for each task state of the shipped workflows: only that state, under its workflow's role. What it
 * starts gets an input that it refuses, so nothing changes; the permissions are only for starting it.
 */
export async function workflowSteps(world: IamWorld): Promise<Step[]> {
  const found = await Promise.all(WORKFLOWS.map((workflow) => stepsOf(world, workflow)))
  return found.flat()
}

async function stepsOf(world: IamWorld, workflow: string): Promise<Step[]> {
  const stateMachineArn = world.context.workflows().machine(workflow)
  const machine = await world.stepFunctions.send(new DescribeStateMachineCommand({ stateMachineArn }))
  const { States } = JSON.parse(machine.definition ?? '{}') as { States: Record<string, State> }
  const words = workflow.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return tasks(States).map((task) => ({
    role: `${words.join('')}WorkflowRole`,
    does: `${workflow}: the state ${task.name}`,
    covers: needs(...permissionsOf(task.state)),
    run: (world) => runAlone(world, task, machine.roleArn ?? ''),
    tidy: (world) => world.forgetProbe(),
  }))
}

const tasks = (states: Record<string, State>): Task[] =>
  Object.entries(states).flatMap(([name, state]) => [
    ...(state.Type === 'Task' ? [{ name, state }] : []),
    ...tasks(state.ItemProcessor?.States ?? {}),
    ...(state.Branches ?? []).flatMap(({ States }) => tasks(States)),
  ])

/** What the page "How Step Functions generates IAM policies for integrated services" lists for a task. */
function permissionsOf({ Resource, Arguments = {} }: State): string[] {
  const rule = ['events:PutTargets', 'events:PutRule', 'events:DescribeRule']
  const last = (arn: unknown): string => String(arn).split(':').at(-1) ?? ''
  switch (Resource) {
    case 'arn:aws:states:::lambda:invoke':
      return [`lambda:InvokeFunction function:${last(Arguments.FunctionName)}`]
    case SET_DESIRED:
      return ['autoscaling:SetDesiredCapacity']
    case 'arn:aws:states:::codebuild:startBuild.sync':
      return ['codebuild:StartBuild', 'codebuild:StopBuild', 'codebuild:BatchGetBuilds', ...rule]
    case 'arn:aws:states:::states:startExecution.sync:2': {
      const child = last(Arguments.StateMachineArn)
      const executions = ['states:DescribeExecution', 'states:StopExecution']
      return [
        `states:StartExecution stateMachine:${child}`,
        ...executions.map((action) => `${action} execution:${child}:`),
        ...rule,
      ]
    }
    default:
      throw new ServiceFailure(`no step knows what ${Resource} needs; add it here`)
  }
}

/** Harmless inputs, where an empty one would do harm. */
const INPUTS: Record<string, unknown> = {
  lock: { app: PROBE, owner: PROBE },
  unlock: { app: PROBE, owner: PROBE },
  'plan-clean-amis': { input: {}, execution: PROBE },
}

async function runAlone(world: IamWorld, { name, state }: Task, roleArn: string): Promise<void> {
  const { Resource, Arguments = {} } = state
  const fn = String(Arguments.FunctionName).replace(/^.*:function:nanofleet-[a-z0-9]+-/, '')
  const { FunctionName, StateMachineArn, ProjectName } = Arguments
  const started = { FunctionName, StateMachineArn, ProjectName }
  const input = FunctionName ? { Payload: INPUTS[fn] ?? {} } : StateMachineArn ? { Input: {} } : {}
  // A group that is not there, under a name that the role may change.
  const group = { AutoScalingGroupName: serviceStack(world.context.stage, PROBE, PROBE), DesiredCapacity: 0 }
  const own = Resource === SET_DESIRED ? group : { ...started, ...input }
  const alone = { Type: 'Task', Resource, Arguments: own, End: true }
  const definition = { QueryLanguage: 'JSONata', StartAt: name, States: { [name]: alone } }
  const { stateMachineArn } = await world.stepFunctions.send(
    new CreateStateMachineCommand({ name: PROBE, definition: JSON.stringify(definition), roleArn }),
  )
  try {
    const { executionArn } = await world.stepFunctions.send(new StartExecutionCommand({ stateMachineArn }))
    const cause = await causeOf(world, executionArn ?? '')
    // Anything but a refusal comes from what the state started, so it was able to start it.
    if (cause.startsWith('User: ')) throw new ServiceFailure(cause)
  } finally {
    await world.stepFunctions.send(new DeleteStateMachineCommand({ stateMachineArn }))
  }
}

async function causeOf(world: IamWorld, executionArn: string): Promise<string> {
  for (let waited = 0; waited < 300; waited++) {
    const run = await world.stepFunctions.send(new DescribeExecutionCommand({ executionArn }))
    if (run.status !== 'RUNNING') return run.cause ?? ''
    await sleep(100)
  }
  throw new ServiceFailure(`${executionArn} has not ended after 30 s`)
}
