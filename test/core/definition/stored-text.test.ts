import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { storedLength, storedText } from '../../../core/definition/stored-text.ts'

const definition = (tag: string) => JSON.stringify({ name: 'web', tags: [tag] })

describe('a definition in Parameter Store', () => {
  it('is as it was written, unless it holds what Parameter Store takes for a reference', () => {
    expect(storedText(definition('a'))).toBe(definition('a'))
    expect(storedText(definition('{a} } {'))).toBe(definition('{a} } {'))
    expect(storedText(definition('{{ .Name }}'))).toMatch(/^[A-Za-z0-9+/]+=*$/)
  })

  it('is read back as it was written, in any letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (tag) => {
        const text = definition(`{{${tag}}}`)
        expect(storedText(text)).not.toContain('{{')
        expect(storedText(text)).toHaveLength(storedLength(text))
        expect(parseDefinition(storedText(text), 'p')).toEqual(parseDefinition(text, 'p'))
      }),
    )
  })

  it('is refused at push when it does not fit there', () => {
    const tag = (length: number) => definition(`{{${'x'.repeat(length)}`)
    const longest = 6144 - tag(0).length
    expect(parseDefinition(tag(longest), 'p')).toHaveLength(1)
    const place = 'images/web/web/consul.json'
    expect(() => parseDefinition(tag(longest + 1), place)).toThrow(
      `${place}: has 8196 bytes as base64, which {{ needs, and a parameter holds 8192; leave out spaces and notes`,
    )
  })
})
