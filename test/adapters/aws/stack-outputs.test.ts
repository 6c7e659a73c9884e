import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { afterEach, describe, expect, it } from '@jest/globals'
import { stackOutputs, stackState } from '../../../adapters/aws/stack-outputs.ts'
import { NotFound, ServiceFailure } from '../../../core/base/errors.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

let aws: CannedAws | undefined
afterEach(() => aws?.stop())

async function client(answer: Answer) {
  aws = new CannedAws({ DescribeStacks: answer })
  return new CloudFormationClient(await aws.start())
}

const stack = (inside: string) =>
  `<Stacks><member><StackName>s</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>${inside}</member></Stacks>`

describe('a stack', () => {
  it('has outputs by name, a status and the time of its last change', async () => {
    const output =
      '<Outputs><member><OutputKey>VpcId</OutputKey><OutputValue>vpc-1</OutputValue></member></Outputs>'
    const changed = '<LastUpdatedTime>2026-01-02T00:00:00Z</LastUpdatedTime>'
    expect(await stackState(await client(stack(output + changed)), 's')).toEqual({
      status: 'UPDATE_COMPLETE',
      outputs: { VpcId: 'vpc-1' },
      changedAt: new Date('2026-01-02'),
    })
  })

  it('that was never updated changed when it was made', async () => {
    expect((await stackState(await client(stack('')), 's')).changedAt).toEqual(new Date('2026-01-01'))
  })

  it('is missed with a remedy', async () => {
    await expect(stackOutputs(await client(''), 's')).rejects.toThrow(
      new NotFound('There is no stack s; deploy it first'),
    )
  })

  it('is not taken for missing when CloudFormation refuses to answer', async () => {
    await expect(stackOutputs(await client({ error: 'AccessDenied' }), 's')).rejects.toThrow(ServiceFailure)
  })
})
