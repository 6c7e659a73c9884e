import { describe, expect, it } from '@jest/globals'
import { ignorePatterns, ignoring } from '../../../core/manifest/ignore-patterns.ts'

describe('patterns of .dockerignore', () => {
  /** The examples of Docker's reference, ".dockerignore files", and what its parser tests. */
  it.each<[patterns: string, left: string[], kept: string[]]>([
    ['*/temp*', ['a/temporary.txt', 'a/temp/b'], ['temp', 'a/b/temp']],
    ['*/*/temp*', ['a/b/temporary.txt'], ['a/temp', 'temp']],
    ['temp?', ['tempa', 'tempb/c'], ['temp', 'a/tempa', 'tempab']],
    ['**/*.go', ['a.go', 'a/b.go', 'a/b/c.go'], ['a.gox', 'go']],
    ['*.md\n!README.md', ['a.md'], ['README.md', 'docs/a.md']],
    ['*.md\n!README*.md\nREADME-secret.md', ['README-secret.md'], ['README.md', 'README-1.md']],
    ['*.md\nREADME-secret.md\n!README*.md', ['a.md'], ['README-secret.md']],
    ['/docs/', ['docs/a', 'docs'], ['docs2', 'a/docs']],
    ['docs/**', ['docs/a/b'], ['a/docs/b']],
    ['# a\n\n  a.txt  ', ['a.txt'], ['# a']],
    ['**/node_modules', ['node_modules/x', 'a/node_modules/x'], ['node_modules2']],
    ['[a-c].txt\n\\*.x', ['b.txt', '*.x'], ['d.txt', 'a.x']],
    ['*\n!src\n!package*.json', ['a', 'b/c'], ['src/a/b', 'package-lock.json']],
    ['a.b+(c)', ['a.b+(c)'], ['axb+(c)']],
    ['/\n.\n!', [], ['a']],
  ])('%j', (text, left, kept) => {
    const ignores = ignoring(ignorePatterns(text))
    expect(left.filter((path) => !ignores(path))).toEqual([])
    expect(kept.filter(ignores)).toEqual([])
  })
})
