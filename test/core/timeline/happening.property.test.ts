import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Happening, inOrder } from '../../../core/timeline/happening.ts'

/** Few values of each field, so that much is at the same time or the same. */
const happening: fc.Arbitrary<Happening> = fc.record({
  at: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01.500Z'),
  source: fc.constantFrom('workflow', 'group', 'consul', 'healing', 'alarm'),
  service: fc.constantFrom('', 'db', 'web'),
  instance: fc.constantFrom('', 'i-1', 'i-2'),
  text: fc.constantFrom('a', 'b'),
})
const happenings = fc.array(happening, { maxLength: 30 })
const key = ({ at, ...rest }: Happening) =>
  JSON.stringify([Date.parse(at), rest.source, rest.service, rest.instance, rest.text])

describe('one line of time', () => {
  it('is the same in whichever order, and however often, its parts were read', () => {
    fc.assert(
      fc.property(
        happenings.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
        ),
        ([all, shuffled]) => {
          expect(inOrder(shuffled).map(key)).toEqual(inOrder(all).map(key))
        },
      ),
    )
  })

  it('tells everything once, the newest last', () => {
    fc.assert(
      fc.property(happenings, (all) => {
        const told = inOrder(all)
        expect(new Set(told.map(key))).toEqual(new Set(all.map(key)))
        expect(new Set(told.map(key)).size).toBe(told.length)
        const times = told.map(({ at }) => Date.parse(at))
        expect(times).toEqual(times.toSorted((a, b) => a - b))
      }),
    )
  })

  it('puts a cause before what follows from it at the same moment', () => {
    const common = { at: '2026-01-01T00:00:00.000Z', service: 'web', instance: 'i-1', text: 'a' }
    const sources = ['workflow', 'group', 'consul', 'healing', 'alarm'] as const
    const told = inOrder(sources.toReversed().map((source) => ({ ...common, source })))
    expect(told.map(({ source }) => source)).toEqual(sources)
  })
})
