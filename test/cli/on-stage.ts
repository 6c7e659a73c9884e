import { afterEach } from '@jest/globals'
import { Context } from '../../cli/context.ts'
import { Output } from '../../cli/output.ts'
import { program } from '../../cli/program.ts'
import { type Answer, CannedAws } from '../support/canned-aws.ts'
import { Written } from './runs.ts'

export const arn = (workflow: string, name: string) =>
  `arn:aws:states:eu-west-1:123456789012:execution:nanofleet-dev-${workflow}:${name}`
export const described = (workflow: string, name: string, input: object, status = 'SUCCEEDED') => ({
  executionArn: arn(workflow, name),
  name,
  status,
  startDate: 0,
  ...(status === 'RUNNING' ? {} : { stopDate: 2 }),
  input: JSON.stringify(input),
})

let aws: CannedAws | undefined
afterEach(() => aws?.stop())

/** What the last command asked AWS. */
export const calls = () => aws?.calls ?? []

/** Runs a command on stage `dev` of an AWS with given answers. */
export async function run(line: string[], answers: Record<string, Answer | Answer[]>, json = false) {
  const stage = new CannedAws(answers)
  aws = stage
  const clients = await stage.start()
  const [out, err] = [new Written(), new Written()]
  const output = new Output(json, out, err)
  const context = new Context({ stage: 'dev', account: '123456789012', clients, output })
  await program(() => Promise.resolve(context)).parseAsync(line, { from: 'user' })
  const inputs = stage.calls
    .filter(({ action }) => action === 'StartExecution')
    .map(({ body }) => JSON.parse(body) as { stateMachineArn: string; input: string; name: string })
  return { out: out.text, err: err.text, inputs }
}
