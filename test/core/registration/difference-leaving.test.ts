import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry } from '../../../core/base/catalog.ts'
import { advice } from '../../../core/registration/advice.ts'
import { difference } from '../../../core/registration/difference.ts'
import type { Evidence } from '../../../core/registration/evidence.ts'
import { ago, cluster, entry, evidence, one, two, web, writes } from './difference-evidence.ts'

describe('an instance that was told to go', () => {
  const leaving = (reason: string) => new Map([[web.id, reason]])
  const order = 'its group terminates it'
  const resting = (reason: string) => entry(web, { status: 'maintenance', reason })

  it('leaves DNS and keeps its entry', () => {
    const [write, ...others] = difference(evidence({ leaving: leaving(order) })).writes
    expect(others).toEqual([])
    expect(write).toEqual({ verb: 'maintenance', server: one, id: web.id, instanceId: web.id, reason: order })
    expect(writes({ leaving: leaving(order), on: [[resting(order)], []] })).toEqual([])
  })

  it('leaves DNS on a recommendation until that is over', () => {
    const until = (seconds: number) => writes({ leaving: leaving(advice(ago(seconds).toISOString())) })
    expect(until(599.999)).toHaveLength(1)
    expect(until(600)).toEqual([])
  })

  it('is kept out by an order in the place of a recommendation, and by a later one', () => {
    const early = advice(ago(60).toISOString())
    const late = advice(ago(30).toISOString())
    const second = (first: string, next: string) =>
      difference(evidence({ leaving: leaving(next), on: [[resting(first)], []] })).writes
    expect(second(early, order)).toMatchObject([{ verb: 'maintenance', instead: true, reason: order }])
    expect(second(early, late)).toMatchObject([{ verb: 'maintenance', instead: true, reason: late }])
    expect(second(late, early)).toEqual([])
    expect(second(early, early)).toEqual([])
    expect(second(order, late)).toEqual([])
  })

  it('comes back after ten minutes when it runs on and nobody tells it to go', () => {
    const back = (seconds: number, other: Partial<Evidence> = {}) =>
      writes({ on: [[resting(advice(ago(seconds).toISOString()))], []], ...other })
    expect(back(600)).toEqual([`return ${web.id} i-c1: it runs on after a recommendation to replace it`])
    expect(back(599.999)).toEqual([])
    expect(back(600, { leaving: leaving(order) })).toHaveLength(1)
    expect(back(600, { leaving: leaving(order) })[0]).toContain('maintenance')
    expect(back(600, { instances: [{ ...web, state: 'pending' }] })).toEqual([])
    expect(back(600, { instances: [] })).toEqual([])
    expect(writes({ on: [[resting(order)], []] })).toEqual([])
  })

  it('stays out of DNS when it is registered anew, while the reason lasts', () => {
    const asleep = (...entries: CatalogEntry[]) =>
      difference(evidence({ on: [[], entries] })).writes.find(({ verb }) => verb === 'register')
    const elsewhere = (other: Partial<CatalogEntry>) => entry(web, { nodeAddress: two.address, ...other })
    const lasting = advice(ago(599.999).toISOString())
    expect(asleep(elsewhere({ status: 'maintenance', reason: order }))).toMatchObject({ asleep: order })
    expect(asleep(elsewhere({ status: 'maintenance' }))).toMatchObject({ asleep: 'it was in maintenance' })
    expect(asleep(elsewhere({ status: 'maintenance', reason: lasting }))).toMatchObject({ asleep: lasting })
    const over = advice(ago(600).toISOString())
    expect(asleep(elsewhere({ status: 'maintenance', reason: over }))).not.toHaveProperty('asleep')
    const both = [elsewhere({ status: 'maintenance', reason: order }), elsewhere({ id: `${web.id}:b` })]
    expect(asleep(...both)).not.toHaveProperty('asleep')
    const longest = [
      elsewhere({ status: 'maintenance', reason: lasting }),
      elsewhere({ id: `${web.id}:b`, status: 'maintenance', reason: order }),
    ]
    expect(asleep(...longest)).toMatchObject({ asleep: order })
  })

  it('is judged by what can be asked before what is in doubt', () => {
    const doubted = [{ ...entry(web, { nodeAddress: '10.0.0.9' }), node: 'dead' }]
    const asked = entry(web, { nodeAddress: two.address, status: 'maintenance', reason: order })
    const seen = { on: [[], [asked]] as [[], CatalogEntry[]], cluster: { ...cluster, doubted } }
    const found = difference(evidence(seen)).writes.find(({ verb }) => verb === 'register')
    expect(found).toMatchObject({ asleep: order })
  })
})
