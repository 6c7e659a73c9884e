import { describe, expect, it } from '@jest/globals'
import { confirmState } from '../../cli/confirm-state.ts'
import type { Release } from '../../core/deploy/releases.ts'

const services = { web: { stateful: false }, redis: { stateful: true }, db: { stateful: true } }
const stage = (release: Partial<Release> | undefined = { bundle: 'b' }) => ({
  releases: () => ({ current: async () => release as Release | undefined }),
  bundles: () => ({ read: async () => ({ bundle: { manifest: { services } } }) }),
})
const restart = (service: string | undefined, answer?: string, from = stage()) => {
  const asked: string[] = []
  const dialogue = {
    canAsk: () => answer !== undefined,
    ask: async (question: string) => {
      asked.push(question)
      return answer ?? ''
    },
  }
  const wanted = { app: 'shop', service, place: 'restart shop', option: '--yes' }
  return confirmState(from, wanted, dialogue).then(() => asked)
}

describe('before instances with state of their own end', () => {
  it('a person is asked and told which services lose what', async () => {
    expect(await restart(undefined, 'yes')).toEqual([
      'shop: what only the instances of redis, db hold goes with them (stateful). Type yes to go on: ',
    ])
    expect(await restart('redis', 'yes')).toHaveLength(1)
  })

  it.each(['', 'y', 'no', 'YES'])('the answer %j changes nothing', async (answer) => {
    await expect(restart('redis', answer)).rejects.toThrow('restart shop: not confirmed; nothing was changed')
  })

  it('nobody to ask is a reason to refuse', async () => {
    await expect(restart('redis')).rejects.toThrow(
      'restart shop: what only the instances of redis hold goes with them (stateful); pass --yes',
    )
  })

  it('nothing is asked of a service without state, or of an app that is not deployed', async () => {
    expect(await restart('web')).toEqual([])
    const absent = { ...stage(), releases: () => ({ current: async () => undefined }) }
    expect(await restart(undefined, undefined, absent)).toEqual([])
  })
})
