import { describe, expect, it } from '@jest/globals'
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
  it.each([...readWorkflows()])('finds nothing in %s', (_file, workflow) => {
    expect(problemsOf(workflow)).toEqual([])
  })

  it('accepts a workflow that follows the rules', () => {
    expect(problemsOf(machine(call))).toEqual([])
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
  ])('names %s', (_case, workflow, problem) => {
    expect(problemsOf(workflow as never).join('\n')).toContain(problem)
  })
})
