import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { html } from '../../../apps/boutique/frontend/html.ts'

describe('html', () => {
  it.each([
    ['a tag', '<script>alert(1)</script>', '&#60;script&#62;alert(1)&#60;/script&#62;'],
    ['double quotes', '" onload="x', '&#34; onload=&#34;x'],
    ['single quotes and backticks', "'`", '&#39;&#96;'],
    ['what looks escaped already', '&lt;', '&#38;lt;'],
  ])('escapes %s', (_what, value, written) => {
    expect(String(html`<p title="${value}">${value}</p>`)).toBe(`<p title="${written}">${written}</p>`)
  })

  it('never lets a text end its attribute or element', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        expect(String(html`${value}`)).not.toMatch(/[<>"'`]/)
      }),
    )
  })

  it('keeps the markup of another template, and lists of them', () => {
    const items = ['a', '<b>'].map((one) => html`<li>${one}</li>`)
    expect(String(html`<ul>${items}</ul>`)).toBe('<ul><li>a</li><li>&#60;b&#62;</li></ul>')
  })

  it('does not treat a text as markup because it was once part of markup', () => {
    const inner = html`<b>${'<i>'}</b>`
    expect(String(html`${String(inner)}`)).not.toContain('<')
  })

  it('writes nothing for false, null and undefined, but writes zero', () => {
    expect(String(html`[${false}${null}${undefined}${[]}${0}${0n}]`)).toBe('[00]')
  })

  it('refuses an attribute without quotes, where a space would start another one', () => {
    expect(() => html`<p title=${'x'}>`).toThrow('quotes')
  })
})
