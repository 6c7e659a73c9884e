import { describe, expect, it } from '@jest/globals'
import { InvalidInput } from '../../../core/base/errors.ts'
import { readYaml } from '../../../core/base/yaml-document.ts'

const text = `# an app
app: web
services:
  page:
    needs:
      - db
      -
        name: x
  8080: {port: 1,
    path: 2}
`

describe('a YAML document', () => {
  const document = readYaml(text, 'app.yml')

  it.each([
    [[], 2],
    [['app'], 2],
    [['app', 'deeper'], 2],
    [['services'], 3],
    [['services', 'page'], 4],
    [['services', 'page', 'needs'], 5],
    [['services', 'page', 'needs', 0], 6],
    [['services', 'page', 'needs', 1], 8],
    [['services', 'page', 'needs', 1, 'name'], 8],
    [['services', 'page', 'needs', 7], 5],
    [['services', 'page', 'missing'], 4],
    [['services', 'page', 'missing', 'needs'], 4],
    [['services', 8080], 9],
    [['services', '8080', 'path'], 10],
  ])('knows the line of %j', (path, line) => {
    expect(document.line(path)).toBe(line)
  })

  it('is a plain value', () => {
    expect(document.value).toEqual({
      app: 'web',
      services: { page: { needs: ['db', { name: 'x' }] }, 8080: { port: 1, path: 2 } },
    })
    expect(readYaml('', 'empty.yml').value).toBeNull()
    expect(readYaml('', 'empty.yml').line(['a'])).toBe(1)
    expect(readYaml('\n\n', 'empty.yml').line([])).toBe(1)
    expect(readYaml('? "a\n  b"\n: 1\n', 'keys.yml').line(['a b'])).toBe(1)
  })

  it.each([
    ['no YAML', 'a: [1\n', 'x.yml:2'],
    ['a key that is there twice', 'a: 1\nb: 2\na: 3\n', 'x.yml:3: map keys must be unique; correct the YAML'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'x.yml:2: source contains multiple documents; correct the YAML'],
    ['an alias of nothing', 'a: *b\n', 'x.yml: *b names no anchor; add &b'],
    [
      'aliases without end',
      `a: &a [x]\nb: &b [${'*a, '.repeat(99)}]\nc: [${'*b, '.repeat(99)}]\n`,
      'x.yml: its aliases (*) stand for too much; write out what they name, or use fewer of them',
    ],
    [
      'an unknown tag, which is a warning only',
      'a: 1\nb: !Ref x\n',
      'x.yml:2: unresolved tag: !Ref; correct the YAML',
    ],
  ])('is refused for %s', (_what, bad, words) => {
    expect(() => readYaml(bad, 'x.yml')).toThrow(InvalidInput)
    expect(() => readYaml(bad, 'x.yml')).toThrow(words)
  })
})
