import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { owner } from '../../../core/registration/owner.ts'

const servers = (count: number): ConsulServer[] =>
  Array.from({ length: count }, (_, index) => ({ instanceId: `i-c${index}`, address: `10.0.0.${index}` }))

describe('the owner of an instance', () => {
  it('is nobody without a server, and the only one of one', () => {
    expect(owner('i-1', [])).toBeUndefined()
    expect(owner('i-1', servers(1))?.instanceId).toBe('i-c0')
  })

  /** Another hash would move nearly every entry of every fleet at an update of the control plane. */
  it('is the same as in every version', () => {
    const owners = Array.from({ length: 40 }, (_, index) =>
      owner(`i-0${index}abc`, servers(5))?.instanceId.at(-1),
    )
    expect(owners.join('')).toBe('4422034132233042110342201033131302131130')
  })

  it('is decided by the last bits of the hash where the first ones are the same', () => {
    const pair = ['i-c11', 'i-c1473'].map((instanceId) => ({ instanceId, address: '' }))
    expect(owner('i-1', pair)?.instanceId).toBe('i-c1473')
  })

  it('does not depend on the order of the servers', () => {
    const turned = servers(5).toReversed()
    for (let index = 0; index < 40; index++)
      expect(owner(`i-${index}`, turned)?.instanceId).toBe(owner(`i-${index}`, servers(5))?.instanceId)
  })

  it('moves from a server that goes only', () => {
    const fewer = servers(5).slice(1)
    for (let index = 0; index < 40; index++) {
      const before = owner(`i-${index}`, servers(5))?.instanceId
      if (before !== 'i-c0') expect(owner(`i-${index}`, fewer)?.instanceId).toBe(before)
    }
  })
})
