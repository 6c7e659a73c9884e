import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { recommend } from '../../../apps/boutique/recommendationservice/recommend.ts'

const ids = fc.array(fc.constantFrom(...'abcdefghij'))

describe('Recommendations', () => {
  it('are all there are, up to five, each once, without the known ones', () => {
    fc.assert(
      fc.property(ids, ids, (all, known) => {
        const others = new Set(all.filter((id) => !known.includes(id)))
        const recommended = recommend(all, known, Math.random)
        expect(recommended).toHaveLength(Math.min(5, others.size))
        expect(new Set(recommended).size).toBe(recommended.length)
        expect(recommended.every((id) => others.has(id))).toBe(true)
      }),
    )
  })

  it('differ from time to time', () => {
    const all = [...'abcdefghij']
    const seen = new Set(Array.from({ length: 100 }, () => recommend(all, [], Math.random).join()))
    expect(seen.size).toBeGreaterThan(1)
  })
})
