import { describe, expect, it } from '@jest/globals'
import { didYouMean, suggest } from '../../../core/base/suggest.ts'

describe('a hint', () => {
  it.each([
    ['prot', ['port', 'protocol'], 'port'],
    ['Port', ['port', 'protocol'], 'port'],
    ['protcol', ['port', 'protocol'], 'protocol'],
    ['xyz', ['port'], undefined],
    ['', ['a'], undefined],
    ['a', ['b'], undefined],
    ['ab', ['ba'], undefined],
    ['Port', ['pork', 'port'], 'port'],
    ['ab', ['ac'], undefined],
    ['abc', ['abd'], 'abd'],
    ['abcd', ['abef'], undefined],
    ['abcde', ['abcfg'], 'abcfg'],
    ['abcdefghij', ['abcdefgxyz'], undefined],
    ['abcdefghij', ['abcdefghxy'], 'abcdefghxy'],
    ['protocol', ['protocol-x', 'protokol'], 'protokol'],
    ['abcde', ['abcdf', 'abcdg'], 'abcdf'],
    ['abcde', ['bacde', 'xxcde'], 'bacde'],
    ['abcde', ['badce'], 'badce'],
    ['abcde', ['abced'], 'abced'],
    ['abcde', ['abcfd'], 'abcfd'],
    ['abcd', ['acbd', 'abdc'], 'acbd'],
    ['abcd', ['xacd', 'bacd'], 'bacd'],
    ['abcd', ['bxcd'], undefined],
    ['abcd', ['xacd'], undefined],
    ['abcdef', ['abcd'], 'abcd'],
    ['abcdef', ['abc'], undefined],
    ['poxrtal', ['portal'], 'portal'],
    ['abcdefgh', ['bacdefxy'], undefined],
    ['abcd', ['xabcdx'], undefined],
    ['abcde', ['xabcdex'], 'xabcdex'],
  ])('for %s among %j is %s', (word, known, expected) => {
    expect(suggest(word, known)).toBe(expected)
  })

  it('lists what is possible when nothing is near', () => {
    expect(didYouMean('xyz', ['b', 'a'])).toBe('known are a, b')
    expect(didYouMean('xyz', [])).toBe('none is possible here')
  })
})
