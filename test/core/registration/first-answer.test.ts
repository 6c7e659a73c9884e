import { describe, expect, it } from '@jest/globals'
import type { Registration } from '../../../core/base/catalog.ts'
import { type Ask, FirstAnswer } from '../../../core/registration/first-answer.ts'

const address = '10.77.0.20'
const tcp = (port: number, more: object = {}) => ({ TCP: `${address}:${port}`, Interval: '10s', ...more })
const registration = (...Checks: object[]): Registration => ({
  ID: 'i-1',
  Name: 'web',
  Address: address,
  Meta: {},
  ...(Checks.length > 0 ? { Checks } : {}),
})

/** A clock that goes on while somebody waits, and by `cost` milliseconds with each question. */
const clock = (cost = 1) => {
  let now = 0
  return {
    cost,
    now: () => now,
    pause: async (milliseconds: number) => {
      now += milliseconds
    },
  }
}

async function begin(ask: (port: number, now: number) => boolean, from: Registration, cost = 1) {
  const time = clock(cost)
  const asked: number[] = []
  const put: Ask = async (probe, milliseconds) => {
    asked.push(probe.port)
    await time.pause(Math.min(cost, milliseconds))
    return ask(probe.port, time.now())
  }
  return { begun: await new FirstAnswer(put, time).of(from), asked, took: time.now() }
}

describe('the first answer', () => {
  it('lets a check begin as passing that passes', async () => {
    const { begun, asked } = await begin(() => true, registration(tcp(80)))
    expect(begun).toEqual(registration(tcp(80, { Status: 'passing' })))
    expect(asked).toEqual([80])
  })

  it('waits for a service that is just starting', async () => {
    const { begun, took } = await begin((_port, now) => now > 700, registration(tcp(80)))
    expect(begun).toEqual(registration(tcp(80, { Status: 'passing' })))
    expect(took).toBeLessThan(900)
  })

  it.each([
    ['refuses at once', 0, 20],
    ['refuses just before the end', 1899, 2],
    ['never answers', 10_000, 1],
  ])('leaves a service that %s to Consul after two seconds', async (_how, cost, questions) => {
    const { begun, took, asked } = await begin(() => false, registration(tcp(80)), cost)
    expect(begun).toEqual(registration(tcp(80)))
    expect(took).toBeLessThanOrEqual(2100)
    expect(asked).toHaveLength(questions)
  })

  it('speaks for each check by itself, and for none that Consul alone can judge', async () => {
    const { begun, asked } = await begin(
      (port) => port === 80,
      registration(tcp(80), tcp(81), { TTL: '10s' }, tcp(82, { Status: 'warning' })),
    )
    expect(begun.Checks).toEqual([
      tcp(80, { Status: 'passing' }),
      tcp(81),
      { TTL: '10s' },
      tcp(82, { Status: 'warning' }),
    ])
    expect(new Set(asked)).toEqual(new Set([80, 81]))
  })

  it('has nothing to ask a service without checks', async () => {
    expect(await begin(() => true, registration())).toEqual({ begun: registration(), asked: [], took: 0 })
  })

  it('puts no more than 400 questions at once and leaves the other checks to Consul', async () => {
    const open: (() => void)[] = []
    const first = new FirstAnswer(() => new Promise((resolve) => open.push(() => resolve(true))), clock())
    const many = first.of(registration(...Array.from({ length: 450 }, (_, port) => tcp(port + 1))))
    expect(open).toHaveLength(400)
    for (const answer of open) answer()
    const passing = ((await many).Checks as { Status?: string }[]).filter((check) => check.Status)
    expect(passing).toHaveLength(400)
    const next = first.of(registration(tcp(1)))
    expect(open).toHaveLength(401)
    open.at(-1)?.()
    expect((await next).Checks).toMatchObject([{ Status: 'passing' }])
  })
})
