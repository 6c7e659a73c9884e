import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import type { Machine } from '../../scripts/asl/machine.ts'
import { problemsOf, readWorkflows } from '../../scripts/asl.ts'

const retry = [
  {
    ErrorEquals: [
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.TooManyRequestsException',
    ],
  },
]
const call = {
  Type: 'Task',
  Comment: 'Calls',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f' },
  Retry: retry,
  Next: 'Success',
}
const machine = (call_: object, more: object = {}) => ({
  Comment: 'A workflow',
  QueryLanguage: 'JSONata',
  StartAt: 'Call',
  States: { Call: call_, Success: { Type: 'Succeed', Comment: 'Done' }, ...more } as never,
})

describe('the check of workflows', () => {
  it.each([...readWorkflows()])('finds nothing in %s', async (_file, workflow) => {
    expect(await problemsOf(workflow)).toEqual([])
  })

  it('accepts a workflow that follows the rules', async () => {
    expect(await problemsOf(machine(call))).toEqual([])
  })

  it.each([
    ['a state without a comment', machine({ ...call, Comment: undefined }), 'Call: has no Comment'],
    [
      'a Lambda that is not retried',
      machine({ ...call, Retry: [] }),
      'Call: does not retry Lambda.ServiceException',
    ],
    [
      'an end with another name',
      machine(call, { Done: { Type: 'Succeed', Comment: 'x' } }),
      'Done: ends are called',
    ],
    [
      'a failure that succeeds',
      machine(call, { FailureClean: { Type: 'Succeed', Comment: 'x' } }),
      'FailureClean: is a Succeed',
    ],
    ['a task as the end', machine({ ...call, Next: undefined, End: true }), 'Call: ends the workflow'],
    ['a transition to nowhere', machine({ ...call, Next: 'Nowhere' }), 'MISSING_TRANSITION_TARGET'],
    ['a workflow without a comment', { ...machine(call), Comment: '' }, 'the workflow has no Comment'],
    [
      'a state of a map without a comment',
      machine({
        Type: 'Map',
        Comment: 'x',
        Next: 'Success',
        ItemProcessor: { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } },
      }),
      'Call/A: has no Comment',
    ],
    [
      'a field that a state does not have',
      machine({ ...call, InputPath: '$.x', Retries: 3 }),
      '"Retries": 3: Field is not supported.',
    ],
    [
      'a value out of range',
      machine({ ...call, Retry: [{ ...retry[0], BackoffRate: 0.5 }] }),
      '"BackoffRate": 0.5: Value is below the minimum of 1.',
    ],
    [
      'a variable that no state assigns',
      machine({ ...call, Output: '{% ( $own := 1; $map([$own], function($v) { $v + $gone }) ) %}' }),
      'Call: Output reads $gone, which no state assigns',
    ],
  ])('names %s', async (_case, workflow, problem) => {
    expect((await problemsOf(workflow as never)).join('\n')).toContain(problem)
  })

  it('names only what is not bound in the expression, is no function and is assigned nowhere', async () => {
    const workflow = machine({
      ...call,
      Assign: { one: 1 },
      Output: '{% ( $own := $one; $map([$own], function($v, $i) { $string($v + $i) }) ) %}',
    })
    expect(await problemsOf(workflow)).toEqual([])
  })

  it.each(refused())('refuses %s', async (_behaviour, { definition, ours }) => {
    expect((await problemsOf(definition)).join('\n')).toContain(ours)
  })
})

/** What the region's CreateStateMachine refuses too: test_definitions.py reads the same files. */
function refused(): [string, { definition: Machine; ours: string }][] {
  const folder = 'test/workflows/refused'
  return readdirSync(folder).map((file) => {
    const { behaviour, ...rest } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))
    return [behaviour, rest]
  })
}
