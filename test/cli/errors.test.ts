import { describe, expect, it } from '@jest/globals'
import { NoAccess } from '../../adapters/aws/account.ts'
import { EXIT, exitCodeOf, WorkflowFailed } from '../../cli/exit-codes.ts'
import { sentence } from '../../cli/text/sentence.ts'
import { InvalidInput, LockHeld, NotFound, ServiceFailure } from '../../core/base/errors.ts'
import { runOf } from './runs.ts'

const failed = (error: string, cause = 'shop: no') =>
  new WorkflowFailed('failed', { ...runOf('deploy', 'r', {}, 1, 'FAILED'), error, cause })

describe('exit codes', () => {
  it.each<[string, unknown, number]>([
    ['wrong input', new InvalidInput('app.yml', 'is wrong'), EXIT.badInput],
    ['an unknown name', new NotFound('no such app'), EXIT.notFound],
    ['a lock that is held', new LockHeld('held'), EXIT.lockHeld],
    ['a foreign failure', new ServiceFailure('no answer'), EXIT.failure],
    ['anything else', 'a string', EXIT.failure],
    ['a run with wrong input', failed('InvalidInput'), EXIT.badInput],
    ['a build that failed', failed('BuildFailed'), EXIT.failure],
    ['a run that found no such thing', failed('NotFound'), EXIT.notFound],
    ['a run that met a lock', failed('LockHeld'), EXIT.lockHeld],
    ['a run that stopped in between', failed('FailureDirty'), EXIT.dirty],
    [
      'a run whose reason only sounds like a code',
      failed('DoomedWave', 'InvalidGroup.NotFound'),
      EXIT.failure,
    ],
    ['a run that was stopped', failed('ABORTED'), EXIT.failure],
  ])('for %s', (_what, error, code) => {
    expect(exitCodeOf(error)).toBe(code)
  })
})

describe('an error in one sentence', () => {
  it('is our own one as it is', () => {
    expect(sentence(new NotFound('no such app'))).toBe('no such app')
    expect(sentence(new ServiceFailure('it is broken', { cause: new SyntaxError('x') }))).toBe('it is broken')
  })

  it('is what AWS is to blame for, however deep it lies', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    })
    expect(sentence(new ServiceFailure('CloudFormation does not answer', { cause: refused }))).toBe(
      'AWS cannot be reached: nothing answers there',
    )
  })

  it('names the place where nothing answers', () => {
    const cause = Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
    const text = 'AWS in eu-west-1 cannot be reached: nothing answers there'
    expect(sentence(new NoAccess(text, { cause }))).toBe(text)
  })

  it('is the message of the system', () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write '/x'"), {
      code: 'ENOSPC',
      syscall: 'write',
    })
    expect(sentence(full)).toBe("ENOSPC: no space left on device, write '/x'")
  })
})
