import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs'
import { Ec2Instances } from '../adapters/ec2-instances.ts'
import { consulDoor } from '../adapters/lambda-calls.ts'
import { stackOutputs } from '../adapters/stack-outputs.ts'
import { NanofleetError } from '../core/errors.ts'
import { runningServers } from '../core/evidence.ts'
import { controlName, controlStack } from '../core/names.ts'
import { readSettings } from '../local/settings.ts'
import { status as localStatus } from '../local/status.ts'
import { type Context, type GlobalOptions, openContext } from './context.ts'

/** One thing looked at; a warning keeps nothing from working. */
export interface Finding {
  subject: string
  state: 'good' | 'warning' | 'bad'
  text: string
}

/** Looks at a stage from the outside in, and stops where nothing behind it can be seen. */
export async function findings(options: GlobalOptions): Promise<Finding[]> {
  const found: Finding[] = []
  if (options.stage === 'local') found.push(await region())
  if (found.some(({ state }) => state === 'bad')) return found
  const context = await look(
    found,
    'credentials',
    () => openContext(options),
    (c) => `account ${c.account} in ${c.region}`,
  )
  if (!context) return found
  const outputs = await look(
    found,
    'control plane',
    () => stackOutputs(context.cloudFormation(), controlStack(context.stage)),
    () => `stage ${context.stage} is deployed`,
  )
  if (!outputs) return found
  found.push(await deadLetters(context))
  await look(
    found,
    'Consul',
    () => consul(context, outputs.VpcId ?? ''),
    (text) => text,
  )
  return found
}

async function region(): Promise<Finding> {
  const now = await localStatus(readSettings())
  if (now.running) return { subject: 'local region', state: 'good', text: now.region?.endpoint ?? '' }
  return { subject: 'local region', state: 'bad', text: 'is down; start it with "nanofleet local up"' }
}

async function look<T>(
  found: Finding[],
  subject: string,
  ask: () => Promise<T>,
  say: (answer: T) => string,
): Promise<T | undefined> {
  try {
    const answer = await ask()
    found.push({ subject, state: 'good', text: say(answer) })
    return answer
  } catch (error) {
    if (!(error instanceof NanofleetError)) throw error
    found.push({ subject, state: 'bad', text: error.message })
    return undefined
  }
}

async function deadLetters(context: Context): Promise<Finding> {
  const sqs = context.sqs()
  const name = controlName(context.stage, 'register-dead-letters')
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }))
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  )
  const count = Number(Attributes?.ApproximateNumberOfMessages ?? 0)
  if (count === 0) return { subject: 'dead letters', state: 'good', text: 'none' }
  const text = `${count} instance events were given up; look at the log of ${controlName(context.stage, 'register')} and move them back with "aws sqs start-message-move-task"`
  return { subject: 'dead letters', state: 'warning', text }
}

async function consul(context: Context, vpcId: string): Promise<string> {
  const servers = runningServers((await new Ec2Instances(context.ec2(), vpcId).look([])).servers)
  const first = servers[0]
  if (!first) return 'no server runs: the platform is not deployed'
  const view = await consulDoor(context.lambda(), context.stage).cluster(first)
  const alive = view.nodes.filter((node) => node.alive).length
  return `${alive} of ${servers.length} servers alive, ${view.leader === null ? 'no leader (an election is on)' : `leader ${view.leader}`}`
}
