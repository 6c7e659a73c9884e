import { describe, expect, it } from '@jest/globals'
import { readWorkflows } from '../../scripts/asl.ts'

describe.each([...readWorkflows()])('the workflow of %s', (_file, { States }) => {
  it('gives a clean failure the name and the cause of its error, whatever they are', () => {
    expect(States.FailureClean).toMatchObject({
      Error: expect.stringMatching(/^\{% \$.*error %\}$/),
      Cause: expect.stringMatching(/^\{% .*cause %\}$/),
    })
  })
})
