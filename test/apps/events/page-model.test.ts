import { describe, expect, it } from '@jest/globals'
import { readsIn } from '../../../apps/events/node-app/reads.ts'
import { duration, KEPT, Model, wordsOf } from '../../../apps/events/node-app/static/model.js'

const AT = '2026-11-29T12:00:00.000Z'
const event = (id: string, offset: number, partition = 0) => ({
  ...{ id, key: 'k', at: AT, version: '1', instance: 'i-writer', body: { what: id } },
  ...{ topic: 'events', partition, offset },
})
const read = (id: string, offset: number, instance = 'i-reader') => ({
  ...{ id, key: 'k', topic: 'events', partition: 0, offset, instance, attempt: 1, outcome: 'done' },
  heard: '2026-11-29T12:00:00.040Z',
})

describe('what the page knows of events', () => {
  it('does not depend on whether it hears first of the writing or of the reading, or of both twice', () => {
    const [one, other] = [new Model(), new Model()]
    one.written(event('a', 0))
    one.read(read('a', 0))
    other.read(read('a', 0))
    for (const _ of [1, 2]) other.written(event('a', 0))
    other.read(read('a', 0))
    expect(one.events.get('a')).toEqual(other.events.get('a'))
    expect(one.counts()).toEqual({ written: 1, read: 1, waiting: 0, took: 40 })
    expect([one.readers, one.events.get('a').writer]).toEqual([['i-reader'], 'i-writer'])
  })

  it('is in the order of partitions and offsets, and the newest events only', () => {
    const model = new Model()
    model.written(event('c', 2))
    model.written(event('b', 1))
    model.written(event('x', 9, 4))
    model.written(event('a', 0, 1))
    const lanes = model.lanes(1).map(({ partition, events }) => [partition, events.map(({ id }) => id)])
    expect(lanes).toEqual([
      [0, ['c']],
      [1, ['a']],
      [4, ['x']],
    ])
    for (let index = 0; index < KEPT; index++) model.written(event(`n${index}`, index))
    expect([model.events.size, model.events.has('c')]).toEqual([KEPT, false])
  })

  it.each([
    [{ what: 'It left' }, 'It left'],
    [{ n: 1 }, '{"n":1}'],
    [null, 'null'],
    [undefined, '(of another writer)'],
    ['x'.repeat(200), `"${'x'.repeat(118)}…`],
  ])('says %j as %j', (body, words) => expect(wordsOf(body)).toBe(words))

  it.each([
    [undefined, '–'],
    [40, '40 ms'],
    [1540, '1.5 s'],
  ])('says %p ms as %s', (ms, words) => expect(duration(ms)).toBe(words))
})

it('reads of other instances are found in a stream, however it is cut, and what is no read is left out', async () => {
  const text = `: reads\n\ndata: ${JSON.stringify(read('é', 0))}\n\ndata: {}\r\n\r\n:\n\ndata: no\n\ndata: ${JSON.stringify(read('b', 1))}\n\ndata: {"id"`
  const bytes = Buffer.from(text)
  for (const size of [1, 7, bytes.length]) {
    const stream = async function* () {
      for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
    }
    const found = []
    for await (const each of readsIn(stream())) found.push(each.id)
    expect(found).toEqual(['é', 'b'])
  }
})
