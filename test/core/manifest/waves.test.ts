import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { cycle } from '../../../core/base/cycle.ts'
import { waves } from '../../../core/manifest/waves.ts'

/** Services s0…sn, each needing only earlier ones: every graph without a cycle, up to its names. */
const acyclic = fc.array(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), { maxLength: 20 }).map((lists) => ({
  services: Object.fromEntries(
    lists.map((list, index) => [
      `s${index}`,
      { needs: [...new Set(index === 0 ? [] : list.map((other) => `s${other % index}`))] },
    ]),
  ),
}))

describe('waves', () => {
  it('hold every service once', () => {
    fc.assert(
      fc.property(
        acyclic,
        (app) => waves(app).flat().sort().join() === Object.keys(app.services).sort().join(),
      ),
    )
  })

  it('start a service after all that it needs, and no later than necessary', () => {
    fc.assert(
      fc.property(acyclic, (app) => {
        const order = waves(app)
        const waveOf = (name: string) => order.findIndex((wave) => wave.includes(name))
        for (const [name, { needs }] of Object.entries(app.services)) {
          expect(waveOf(name)).toBe(Math.max(-1, ...needs.map(waveOf)) + 1)
        }
      }),
    )
  })

  it('do not go round in a circle', () => {
    const services = { a: { needs: ['b'] }, b: { needs: ['a'] }, c: { needs: [] } }
    expect(() => waves({ services })).toThrow(new RangeError('needs form a cycle among a, b'))
  })

  it('do not depend on the order of the file', () => {
    fc.assert(
      fc.property(acyclic, (app) => {
        const reversed = { services: Object.fromEntries(Object.entries(app.services).reverse()) }
        expect(waves(reversed)).toEqual(waves(app))
      }),
    )
  })
})

const ofNeeds = ({ services }: { services: Record<string, { needs: string[] }> }) =>
  cycle(Object.keys(services), (name) => services[name]?.needs ?? [])

describe('a cycle', () => {
  it('is none among services that need only earlier ones', () => {
    fc.assert(fc.property(acyclic, (app) => ofNeeds(app) === undefined))
  })

  it('is named by the services on it', () => {
    const services = { a: { needs: ['b'] }, b: { needs: ['c'] }, c: { needs: ['d', 'b'] }, d: { needs: [] } }
    expect(ofNeeds({ services })).toEqual(['b', 'c', 'b'])
  })
})
