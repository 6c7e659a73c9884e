import { describe, expect, it } from '@jest/globals'
import { arn, described, run } from './on-stage.ts'

describe('a deployment', () => {
  it('says what a deployment costs as soon as its plan is known', async () => {
    const bill = (quantity: number) => ({
      fixed: quantity > 0 ? [{ article: 'instance/t3.micro', quantity, of: 'shop/web' }] : [],
      byUse: [],
    })
    const told = async (before: number, after: number) => {
      const Payload = { waves: [], bill: { before: bill(before), after: bill(after) } }
      const output = { resourceType: 'lambda', output: JSON.stringify({ Payload }) }
      const { err } = await run(['retry', 'r0'], {
        DescribeExecution: [
          described('deploy', 'r0', { app: 'shop' }),
          described('deploy', 'r', { app: 'shop' }),
        ],
        StartExecution: { executionArn: arn('deploy', 'r') },
        GetExecutionHistory: {
          events: [{ id: 1, timestamp: 1, type: 'TaskSucceeded', taskSucceededEventDetails: output }],
        },
      })
      return err
    }
    expect(await told(0, 2)).toContain(
      'will cost $0.0228 an hour, $16.64 a month, and what is billed by use; until now $0 and $0\n',
    )
    expect(await told(1, 1)).toContain(
      'goes on costing $0.0114 an hour, $8.32 a month, and what is billed by use\n',
    )
  })

  it.each([
    [['deploy', 'shop', '--out', 'f'], '--out: goes only with --dry-run, and not with --no-wait'],
    [
      ['deploy', 'shop', '--dry-run', '--no-wait', '--detailed-exitcode'],
      '--detailed-exitcode: goes only with --dry-run, and not with --no-wait',
    ],
    [['deploy', '--plan', 'f', '--dry-run'], '--plan: does not go with --dry-run; the plan says all of it'],
    [['deploy', 'shop', 'web', '--plan', 'f'], '--plan: does not go with services; the plan says all of it'],
    [
      ['deploy', 'shop', 'web', '--release', '3'],
      '--release: does not go with services; going back takes the whole app',
    ],
    [['deploy', '--plan', '/nowhere/f'], /^--plan: \/nowhere\/f: ENOENT/],
    [
      ['deploy', '--plan', 'package.json'],
      'package.json: is no plan of a deployment; write one with deploy --dry-run --out FILE',
    ],
  ])('%j is refused', async (line, sentence) => {
    await expect(run(line, {})).rejects.toThrow(sentence)
  })
})
