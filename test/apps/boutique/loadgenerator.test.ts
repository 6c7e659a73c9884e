import { describe, expect, it } from '@jest/globals'
import { readOptions, UsageProblem } from '../../../apps/boutique/loadgenerator/options.ts'
import { seeded, weighted } from '../../../apps/boutique/loadgenerator/random.ts'
import { WEIGHTS } from '../../../apps/boutique/loadgenerator/shopper.ts'
import { asText, percentile, Tally } from '../../../apps/boutique/loadgenerator/tally.ts'

describe('the options of the load generator', () => {
  it('are by default ten shoppers for a minute in the local region', () => {
    expect(readOptions([])).toMatchObject({ users: 10, rate: 10, durationMs: 60_000, pace: 1, json: false })
    expect(readOptions([])?.url.href).toBe('http://boutique.localhost:8080/')
  })

  it.each([
    ['45', 45_000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['60m', 3_600_000],
  ])('read the time %s as %i ms', (text, ms) => {
    expect(readOptions(['--duration', text])?.durationMs).toBe(ms)
  })

  it.each([
    [['--users', '0'], '--users is "0"'],
    [['--users', '1.5'], 'a whole number from 1 to 500'],
    [['--users', ''], '--users is ""'],
    [['--rate', 'fast'], '--rate is "fast"'],
    [['--pace', '-1'], 'pace'],
    [['--duration', '61m'], 'at most 60m'],
    [['--duration', '0s'], '--duration is "0s"'],
    [['--url', 'shop'], '--url is "shop"'],
    [['--url', 'file:///etc/passwd'], 'write http://'],
    [['--seed', 'x'], '--seed'],
    [['--user', '3'], '--help lists the options'],
    [['extra'], '--help lists the options'],
  ])('refuse %j in one sentence', (args, sentence) => {
    expect(() => readOptions(args)).toThrow(UsageProblem)
    expect(() => readOptions(args)).toThrow(sentence)
  })
})

describe('the choices of shoppers', () => {
  it('are the same for the same seed, and different for another', () => {
    const choices = (seed: number) => {
      const random = seeded(seed)
      return Array.from({ length: 50 }, () => weighted(WEIGHTS, random))
    }
    expect(choices(1)).toEqual(choices(1))
    expect(choices(1)).not.toEqual(choices(2))
  })

  it('are made as often as their weights say', () => {
    const random = seeded(7)
    const counts = { ...WEIGHTS } as Record<string, number>
    for (const action of Object.keys(counts)) counts[action] = 0
    for (let left = 19_000; left > 0; left -= 1) {
      const action = weighted(WEIGHTS, random)
      counts[action] = (counts[action] ?? 0) + 1
    }
    for (const [action, weight] of Object.entries(WEIGHTS)) {
      expect([action, Math.round((counts[action] ?? 0) / 1000 / weight)]).toEqual([action, 1])
    }
  })
})

describe('the summary', () => {
  it.each([
    [[], 50, 0],
    [[7], 99, 7],
    [[1, 2, 3, 4], 50, 2],
    [[1, 2, 3, 4], 95, 4],
    [Array.from({ length: 100 }, (_, index) => index + 1), 99, 99],
  ])('of %j: percentile %i is %i', (values, percent, expected) => {
    expect(percentile(values, percent)).toBe(expected)
  })

  it('counts actions, and errors with their reasons', () => {
    const tally = new Tally()
    tally.add('index', 10, undefined)
    tally.add('index', 30, '/ answered 503')
    tally.add('checkout', 20, '/cart answered 503')
    tally.add('index', 20, '/ answered 503')
    const summary = tally.summary({ seconds: 2, requests: 8 })
    expect(summary).toMatchObject({
      requests: 8,
      requestsPerSecond: 4,
      total: { count: 4, errors: 3, p50: 20 },
    })
    expect(summary.actions.map(({ action, count, errors }) => [action, count, errors])).toEqual([
      ['index', 3, 2],
      ['checkout', 1, 1],
    ])
    expect(asText(summary)).toContain('2 × index: / answered 503')
    expect(summary.failures.map(({ reason, begin, end }) => [reason, end - begin])).toEqual([
      ['/ answered 503', 30],
      ['/cart answered 503', 20],
      ['/ answered 503', 20],
    ])
  })

  it('of nothing is not an error', () => {
    expect(asText(new Tally().summary({ seconds: 0, requests: 0 }))).toContain('Nothing went wrong.')
  })
})
