import { describe, expect, it } from '@jest/globals'
import { askAnyServer } from '../../../core/base/any-server.ts'
import { ServiceFailure, ServiceRefusal } from '../../../core/base/errors.ts'

describe('a question to any server', () => {
  const servers = [1, 2].map((n) => ({ instanceId: `i-${n}`, address: `10.0.0.${n}` }))
  const asked = (...answers: (string | Error)[]) => {
    const left = [...answers]
    return askAnyServer(servers, async () => {
      const answer = left.shift()
      if (answer instanceof Error) throw answer
      return answer
    })
  }

  it('is answered by the first that answers', async () => {
    expect(await asked('a', 'b')).toBe('a')
    expect(await asked(new ServiceFailure('x'), 'b')).toBe('b')
    expect(await asked(new ServiceFailure('x'), new ServiceFailure('y'))).toBeUndefined()
    expect(await askAnyServer([], async () => 'a')).toBeUndefined()
  })

  it('ends with a refusal, and with a mistake of ours', async () => {
    await expect(asked(new ServiceRefusal('no'), 'b')).rejects.toThrow(ServiceRefusal)
    await expect(asked(new TypeError('x'), 'b')).rejects.toThrow(TypeError)
  })
})
