import { describe, expect, it } from '@jest/globals'
import { confirmNames } from '../../cli/confirm-names.ts'
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

describe('before so few Consul servers are left that names stop', () => {
  const scale = async (
    target: [app: string, service: string, count: number],
    answer?: string,
    yes = false,
  ) => {
    const asked: string[] = []
    const dialogue = {
      canAsk: () => answer !== undefined,
      ask: async (question: string) => {
        asked.push(question)
        return answer ?? ''
      },
    }
    const [app, service, count] = target
    await confirmNames({ app, service, count }, yes, dialogue)
    return asked
  }

  it.each([
    [0, 'no service of any app finds another one without a Consul server, and nothing is registered'],
    [1, 'with one Consul server names stop when one is lost'],
    [2, 'with 2 Consul servers names stop when one is lost'],
  ])('a person types the name of the service: %i', async (count, problem) => {
    expect(await scale(['platform', 'consul', count], 'consul')).toEqual([
      `${problem}. Type the service's name to go on: `,
    ])
    await expect(scale(['platform', 'consul', count], 'yes')).rejects.toThrow(
      'not confirmed; nothing was changed',
    )
    await expect(scale(['platform', 'consul', count])).rejects.toThrow(
      `scale platform consul ${count}: ${problem}; pass --yes`,
    )
    expect(await scale(['platform', 'consul', count], undefined, true)).toEqual([])
  })

  it.each<[string, string, number]>([
    ['platform', 'consul', 3],
    ['platform', 'nat', 0],
    ['shop', 'consul', 0],
  ])('nothing is asked for %s %s %i', async (...target) => {
    expect(await scale(target)).toEqual([])
  })
})
