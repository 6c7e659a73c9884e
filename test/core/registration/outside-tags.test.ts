import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry } from '../../../core/base/catalog.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { difference } from '../../../core/registration/difference.ts'
import { isUpToDate, registrations, withFingerprint } from '../../../core/registration/registration.ts'
import { META } from '../../../core/registration/registration-meta.ts'
import { ago, cluster, entry, evidence, now, one, two, web } from './difference-evidence.ts'

const PARAMETER = '/nanofleet/test/web/web/consul'
const definitionOf = (fields: object) =>
  withFingerprint(parseDefinition(JSON.stringify({ name: 'web', port: 80, ...fields }), PARAMETER))
const OVERRIDE = { enable_tag_override: true, tags: ['a', 'b'] }
const before = definitionOf(OVERRIDE)

/** The entry as it was registered of `definition`, with other tags by now. */
function tagged(tags: string[], definition = before, other: Partial<CatalogEntry> = {}): CatalogEntry {
  const [made] = registrations(web, definition, 'test', ago(3600))
  return entry(web, { meta: made?.Meta ?? {}, tags, ...other })
}

/** The tags that the next round registers, undefined when it registers nothing. */
function tagsAfter(fields: object, held: CatalogEntry | undefined, where: 'home' | 'elsewhere' | 'dead') {
  const on: [CatalogEntry[], CatalogEntry[]] =
    where === 'home' && held ? [[held], []] : where === 'elsewhere' && held ? [[], [held]] : [[], []]
  const stranded = where === 'dead' && held ? [{ ...held, nodeAddress: '10.0.0.9', node: 'gone' }] : []
  const definitions = new Map([[PARAMETER, definitionOf(fields)]])
  const { writes } = difference(evidence({ on, definitions, cluster: { ...cluster, stranded } }))
  const write = writes.find(({ verb }) => verb === 'register')
  return write?.verb === 'register' ? write.registration.Tags : undefined
}

describe('tags that somebody else gave a service that allows it', () => {
  it.each(['elsewhere', 'dead'] as const)('go with it to its next owner when the old one is %s', (where) => {
    expect(
      tagsAfter(OVERRIDE, tagged(['a', 'primary'], before, { nodeAddress: two.address }), where),
    ).toEqual(['a', 'primary'])
  })

  it('cause no write where they are', () => {
    expect(tagsAfter(OVERRIDE, tagged(['primary']), 'home')).toBeUndefined()
    expect(one.address).toBe(entry().nodeAddress)
  })

  it('stay when the definition changes in anything else', () => {
    expect(tagsAfter({ ...OVERRIDE, port: 81 }, tagged(['primary']), 'home')).toEqual(['primary'])
    const check = { check: { tcp: 'HEALTHROUTE:81', interval: '10s' } }
    expect(tagsAfter({ ...OVERRIDE, ...check }, tagged(['primary']), 'dead')).toEqual(['primary'])
  })

  it('give way to tags that the author changed', () => {
    expect(tagsAfter({ ...OVERRIDE, tags: ['c'] }, tagged(['primary']), 'home')).toEqual(['c'])
    expect(tagsAfter({ ...OVERRIDE, tags: undefined }, tagged(['primary']), 'dead')).toBeUndefined()
  })

  it('are those of the latest entry when there are two', () => {
    const [old, young] = [tagged(['old']), tagged(['young'], before, { nodeAddress: two.address })]
    old.meta = { ...old.meta, [META.registered]: ago(9000).toISOString() }
    const stranded = [{ ...old, nodeAddress: '10.0.0.9', node: 'gone' }]
    const definitions = new Map([[PARAMETER, before]])
    const { writes } = difference(
      evidence({ on: [[], [young]], definitions, cluster: { ...cluster, stranded } }),
    )
    expect(writes).toContainEqual(expect.objectContaining({ verb: 'register' }))
    for (const write of writes)
      if (write.verb === 'register') expect(write.registration.Tags).toEqual(['young'])
  })

  it('are kept from an entry of before the definition was marked so', () => {
    const held = tagged(['primary'])
    held.meta = { ...held.meta, [META.definition]: before.fingerprint }
    expect(tagsAfter(OVERRIDE, held, 'dead')).toEqual(['primary'])
    expect(tagsAfter({ ...OVERRIDE, port: 81 }, held, 'dead')).toEqual(['a', 'b'])
  })

  it('do not count where the definition does not allow them', () => {
    const own = { tags: ['a'] }
    const definition = definitionOf(own)
    expect(tagsAfter(own, tagged(['primary'], definition), 'home')).toEqual(['a'])
    expect(tagsAfter(own, tagged(['primary'], definition), 'dead')).toEqual(['a'])
    const [wanted] = registrations(web, definition, 'test', now)
    expect(wanted?.Meta[META.definition]).toBe(definition.fingerprint)
    expect(isUpToDate(tagged(['a'], definition), wanted as never)).toBe(true)
  })
})
