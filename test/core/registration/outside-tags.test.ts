import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry } from '../../../core/base/catalog.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { difference } from '../../../core/registration/difference.ts'
import { definitionMark } from '../../../core/registration/outside-tags.ts'
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

  it.each([
    ['older', 'dead', { [META.registered]: ago(9000).toISOString() }],
    ['older', 'elsewhere', { [META.registered]: ago(9000).toISOString() }],
    ['without a time', 'dead', { [META.registered]: undefined }],
    ['without a time', 'elsewhere', { [META.registered]: undefined }],
    ['without a definition', 'elsewhere', { [META.definition]: undefined }],
  ])('are those of the latest entry when there is one that is %s and %s', (_what, where, changes) => {
    const [old, young] = [tagged(['old']), tagged(['young'])]
    old.meta = JSON.parse(JSON.stringify({ ...old.meta, ...changes }))
    const [living, dead] = where === 'dead' ? [young, old] : [old, young]
    const stranded = [{ ...dead, nodeAddress: '10.0.0.9', node: 'gone' }]
    const definitions = new Map([[PARAMETER, before]])
    const on: [CatalogEntry[], CatalogEntry[]] = [[], [{ ...living, nodeAddress: two.address }]]
    const { writes } = difference(evidence({ on, definitions, cluster: { ...cluster, stranded } }))
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

  it('are not those of another service of the instance', () => {
    const both = ['web', 'admin'].map((name) => ({ name, port: 80, ...OVERRIDE }))
    const definition = withFingerprint(parseDefinition(JSON.stringify(both), PARAMETER))
    const [made] = registrations(web, definition, 'test', ago(3600))
    const held = entry(web, { id: `${web.id}:web`, meta: made?.Meta ?? {}, tags: ['primary'] })
    const { writes } = difference(
      evidence({ on: [[held], []], definitions: new Map([[PARAMETER, definition]]) }),
    )
    expect(writes).toMatchObject([{ id: `${web.id}:admin`, registration: { Tags: ['a', 'b'] } }])
  })

  it('are known by eight letters behind the fingerprint', () => {
    expect(before.services.map((service) => definitionMark('f', service))).toEqual([
      expect.stringMatching(/^f-[0-9a-f]{8}$/),
    ])
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
