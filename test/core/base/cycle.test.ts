import { describe, expect, it } from '@jest/globals'
import { cycle } from '../../../core/base/cycle.ts'

const find = (graph: Record<string, string[]>, starts = Object.keys(graph)) =>
  cycle(starts, (name) => graph[name] ?? [])

describe('a way that leads back', () => {
  it.each<[Record<string, string[]>, string[] | undefined]>([
    [{}, undefined],
    [{ a: ['b'], b: [] }, undefined],
    [{ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, undefined],
    [{ a: ['a'] }, ['a', 'a']],
    [{ a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
    [{ a: [], b: ['b'] }, ['b', 'b']],
    [{ a: ['x', 'b'], b: ['c'], c: ['b'] }, ['b', 'c', 'b']],
  ])('in %j is %j', (graph, expected) => {
    expect(find(graph)).toEqual(expected)
  })

  it('is looked for from where it may begin only', () => {
    expect(find({ a: [], b: ['b'] }, ['a'])).toBeUndefined()
  })

  it('is looked for once at each place: forty floors with two stairs each are climbed in no time', () => {
    const graph = Object.fromEntries(
      Array.from({ length: 40 }, (_, floor) =>
        ['l', 'r'].map((side) => [`${side}${floor}`, [`l${floor + 1}`, `r${floor + 1}`]]),
      ).flat(),
    )
    let asked = 0
    cycle(['l0'], (name) => {
      asked++
      if (asked > 1000) throw new Error('asked for the same place again and again')
      return graph[name] ?? []
    })
    expect(asked).toBe(81)
  })
})
