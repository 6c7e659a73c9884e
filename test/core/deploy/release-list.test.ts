import { describe, expect, it } from '@jest/globals'
import { listReleases, releaseToGoBackTo } from '../../../core/deploy/release-list.ts'
import type { Release } from '../../../core/deploy/releases.ts'

const service = (imageId: string, count = 2, definition = 'd1') => ({ hash: 'h', imageId, count, definition })
const release = (number: number, services: Release['services'], bundle = 'b1'): Release => ({
  release: number,
  bundle,
  services,
  at: `2026-01-0${number}T00:00:00.000Z`,
  execution: `run-${number}`,
})
const listed = (...releases: Release[]) => listReleases(releases, releases.at(-1)?.release)

describe('the list of releases', () => {
  const web = { web: service('ami-1') }
  it.each<[string, Release['services'], string[]]>([
    ['another image', { web: service('ami-2') }, ['web: ami-1 → ami-2']],
    ['another number', { web: service('ami-1', 3) }, ['web: 2 → 3 instances']],
    ['another definition', { web: service('ami-1', 2, 'd2') }, ['web: another definition']],
    ['a new service', { ...web, db: service('ami-9') }, ['db is new (ami-9)']],
    ['a service that left', { db: service('ami-9') }, ['db is new (ami-9)', 'web is gone']],
    ['only the manifest', web, ['manifest or resources']],
  ])('names %s', (_what, services, changes) => {
    expect(listed(release(1, web), release(2, services, 'b2'))[1]?.changes).toEqual(changes)
  })

  it('names variables that changed, if both bundles are known', () => {
    const releases = [release(1, web), release(2, web, 'b2'), release(3, web, 'b3')]
    const environments = new Map([
      ['b1', { web: { A: '1', B: '2' } }],
      ['b2', { web: { A: '3', C: { Ref: 'Stage' } }, job: { X: '1' } }],
    ])
    expect(listReleases(releases, 3, environments).map(({ changes }) => changes)).toEqual([
      [],
      ['web: env A: 1 → 3', 'web: env B: 2 → none', 'web: env C: none → {"Ref":"Stage"}'],
      ['manifest or resources'],
    ])
  })

  it('knows which one runs, when each was deployed, and that the oldest has none before it', () => {
    const [first, second] = listed(release(1, web), release(2, web))
    expect(first).toEqual({
      release: 1,
      at: '2026-01-01T00:00:00.000Z',
      execution: 'run-1',
      current: false,
      services: { web: 'ami-1' },
      changes: [],
    })
    expect(second).toMatchObject({ current: true, sameAs: 1, changes: ['nothing'] })
  })

  it('recognises a release that went back: the latest of the same app with the same images', () => {
    const other = { web: service('ami-2') }
    const all = listed(release(1, web), release(2, web), release(3, other, 'b2'), release(4, web))
    expect(all.map(({ sameAs }) => sameAs)).toEqual([undefined, 1, undefined, 2])
    expect(listed(release(1, web), release(2, { ...web, db: service('ami-9') }))[1]?.sameAs).toBeUndefined()
  })
})

describe('going back', () => {
  const three = [release(2, {}), release(4, {}), release(5, {})]

  it.each([
    [undefined, 4],
    [2, 2],
  ])('with %p chooses release %i', (wanted, number) => {
    expect(releaseToGoBackTo('shop', listed(...three), wanted).release).toBe(number)
  })

  it('may go forward again to a release after the one that runs', () => {
    expect(releaseToGoBackTo('shop', listReleases(three, 4), 5).release).toBe(5)
    expect(releaseToGoBackTo('shop', listReleases(three, 4)).release).toBe(2)
  })

  it.each<[Release[], number | undefined, string]>([
    [three, 5, 'rollback shop: release 5 runs already; choose another one'],
    [three, 3, 'shop: release 3 is not kept; kept are 2, 4'],
    [three.slice(2), undefined, 'shop: no release before 5 is kept'],
    [three.slice(2), 1, 'shop: release 1 is not kept; kept are no others'],
    [[], undefined, 'shop is not deployed: there is nothing to go back from'],
  ])('is refused where there is nothing to go to', (releases, wanted, sentence) => {
    expect(() => releaseToGoBackTo('shop', listed(...releases), wanted)).toThrow(sentence)
  })
})
