import { describe, expect, it } from '@jest/globals'
import { Lanes } from '../../../apps/events/node-app/lanes.ts'

/** A topic whose calls end when the test says so. */
function topic() {
  const calls: {
    partition: number
    items: string[]
    end(offset: number): void
    fail(error: Error): void
  }[] = []
  const send = (partition: number, items: string[]) =>
    new Promise<number>((end, fail) => calls.push({ partition, items, end, fail }))
  return { calls, send }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the queues of a topic', () => {
  it('have one call under way for each partition, and send with the next one what came meanwhile', async () => {
    const { calls, send } = topic()
    const lanes = new Lanes<string>(send, 10)
    const first = lanes.add(0, 'a', 1)
    const rest = [lanes.add(0, 'b', 1), lanes.add(0, 'c', 1)]
    const other = lanes.add(1, 'x', 1)
    expect(calls.map(({ partition, items }) => [partition, items])).toEqual([
      [0, ['a']],
      [1, ['x']],
    ])
    calls[1]?.end(3)
    expect(await other).toBe(3)
    calls[0]?.end(7)
    expect(await first).toBe(7)
    expect(calls[2]).toMatchObject({ partition: 0, items: ['b', 'c'] })
    calls[2]?.end(8)
    expect(await Promise.all(rest)).toEqual([8, 9])
    expect(lanes.waiting).toBe(0)
  })

  it('tell those of a call that failed, and go on with the others in their order', async () => {
    const { calls, send } = topic()
    const lanes = new Lanes<string>(send, 10)
    const [a, b] = [lanes.add(0, 'a', 1), lanes.add(0, 'b', 1)]
    calls[0]?.fail(new Error('no leader'))
    await expect(a).rejects.toThrow('no leader')
    calls[1]?.end(1)
    expect(await b).toBe(1)
  })

  it('take no more than a number of events, and have room again afterwards', async () => {
    const { calls, send } = topic()
    const lanes = new Lanes<string>(send, 2)
    const both = [lanes.add(0, 'a', 1), lanes.add(1, 'b', 1)]
    const sentence = '2 events wait for the brokers; try again in a second.'
    expect(() => lanes.makeRoom()).toThrow(sentence)
    expect(() => lanes.add(0, 'c', 1)).toThrow(expect.objectContaining({ status: 503, message: sentence }))
    calls[0]?.end(0)
    calls[1]?.end(0)
    await Promise.all(both)
    lanes.makeRoom()
  })

  it.each([
    [
      [600_000, 600_000],
      [1, 1],
    ],
    [
      [100_000, 400_000, 1],
      [2, 1],
    ],
    [Array.from({ length: 501 }, () => 10), [500, 1]],
  ])('send at most 500 events and 500 kB with a call', async (sizes, batches) => {
    const { calls, send } = topic()
    const lanes = new Lanes<string>(send, 1000)
    const first = lanes.add(0, 'first', 1)
    const all = sizes.map((bytes) => lanes.add(0, 'x', bytes))
    calls[0]?.end(0)
    await first
    for (const index of batches.keys()) {
      await settled()
      calls[index + 1]?.end(0)
    }
    await Promise.all(all)
    expect(calls.slice(1).map(({ items }) => items.length)).toEqual(batches)
  })

  it('are idle when the last call has ended', async () => {
    const { calls, send } = topic()
    const lanes = new Lanes<string>(send, 10)
    let isIdle = false
    const added = lanes.add(0, 'a', 1)
    const idle = lanes.idle().then(() => {
      isIdle = true
    })
    await settled()
    expect(isIdle).toBe(false)
    calls[0]?.end(0)
    await Promise.all([added, idle])
  })
})
