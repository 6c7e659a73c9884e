import { describe, expect, it } from '@jest/globals'
import * as z from 'zod'
import { at, refuse, schemaProblems } from '../../../core/base/schema-problems.ts'
import { readYaml } from '../../../core/base/yaml-document.ts'

const schema = z.strictObject({
  name: z.string(),
  label: z.string('is no label').optional(),
  open: z.boolean().optional(),
  ports: z.array(z.int()).optional(),
  size: z.number().max(9, 'is above 9').optional(),
  kind: z.enum(['service', 'worker']).optional(),
  tags: z.record(z.string().regex(/^[a-z]+$/, 'is no tag'), z.string()).optional(),
  place: z
    .union([
      z.strictObject({ Ref: z.string().max(3, 'is too long') }),
      z.strictObject({ GetAtt: z.string().max(3, 'is too long') }),
      z.string().min(1, 'is empty'),
    ])
    .optional(),
  either: z.union([z.string(), z.boolean()], 'is neither').optional(),
  one: z.union([z.strictObject({ Ref: z.string() }), z.string()]).optional(),
  both: z.union([z.strictObject({ a: z.int() }), z.strictObject({ a: z.boolean() })]).optional(),
})

const problems = (value: unknown) =>
  schemaProblems(schema.safeParse(value).error as z.ZodError, value, () => Object.keys(schema.shape))

describe('what a schema has against a value', () => {
  it.each([
    ['nothing where a text must be', {}, 'name', 'is missing', 'give a text'],
    ['null where a text must be', { name: null }, 'name', 'is missing', 'give a text'],
    ['a number for a text', { name: 8080 }, 'name', '8080 is not a text', 'write "8080"'],
    ['a list for a text', { name: [1] }, 'name', '[1] is not a text', 'give a text'],
    [
      'a text for a truth',
      { name: 'a', open: 'no' },
      'open',
      '"no" is not true or false',
      'give true or false',
    ],
    ['a text for a list', { name: 'a', ports: 'no' }, 'ports', '"no" is not a list', 'give a list'],
    ['a text in a list', { name: 'a', ports: [1, 'b'] }, 'ports.1', '"b" is not a number', 'give a number'],
    [
      'a part of a number',
      { name: 'a', ports: [1.5] },
      'ports.0',
      '1.5 is not a whole number',
      'give a whole number',
    ],
    ['words of the schema', { name: 'a', label: 1 }, 'label', '1 is no label', 'give a text'],
    ['a bound', { name: 'a', size: 10 }, 'size', '10 is above 9', undefined],
    [
      'a misspelt choice',
      { name: 'a', kind: 'servise' },
      'kind',
      '"servise" is unknown',
      'did you mean "service"?',
    ],
    ['a misspelt key', { name: 'a', prots: [] }, 'prots', 'unknown key', 'did you mean "ports"?'],
    ['a key of a map', { name: 'a', tags: { A1: 'x' } }, 'tags.A1', '"A1" is no tag', undefined],
    ['a text for the whole', 'a', '', '"a" is not an object', 'give an object'],
    ['nothing at all', null, '', 'the file is empty', undefined],
  ])('%s', (_what, value, path, problem, remedy) => {
    const [found, ...others] = problems(value)
    expect(others).toEqual([])
    expect({ ...found, path: found?.path.join('.') }).toEqual({
      path,
      problem,
      ...(remedy === undefined && !('remedy' in (found ?? {})) ? {} : { remedy }),
    })
  })

  it.each([
    ['the branch with the key that was given', { Ref: 'long' }, [['place.Ref', '"long" is too long']]],
    ['the other branch', { GetAtt: 'long' }, [['place.GetAtt', '"long" is too long']]],
    [
      'the branch with the key, whose value is of another type',
      { Ref: 5 },
      [['place.Ref', '5 is not a text']],
    ],
    ['the other such branch', { GetAtt: [] }, [['place.GetAtt', '[] is not a text']]],
    ['the branch for texts', '', [['place', '"" is empty']]],
    [
      'none when no branch is near',
      { Reff: 'a' },
      [['place', '{"Reff":"a"} has none of the possible forms']],
    ],
    ['none when no type fits', 7, [['place', '7 has none of the possible forms']]],
  ])('is told of a union by %s', (_what, place, expected) => {
    const found = problems({ name: 'a', place })
    expect(found.map(({ path, problem }) => [path.join('.'), problem])).toEqual(expected)
  })

  it('is told of a union by its own words, or as a whole when two branches are as near', () => {
    expect(problems({ name: 'a', either: 7 })).toEqual([{ path: ['either'], problem: '7 is neither' }])
    expect(problems({ name: 'a', one: { Reff: 'a' } })).toMatchObject([
      { path: ['one', 'Ref'], problem: 'is missing' },
      { path: ['one', 'Reff'], problem: 'unknown key' },
    ])
    expect(problems({ name: 'a', both: { a: 'x' } })).toEqual([
      { path: ['both'], problem: '{"a":"x"} has none of the possible forms' },
    ])
  })

  it.each([
    [z.enum(['a', 'b']), 'give one of a, b'],
    [z.literal('a'), 'give a'],
    [z.literal(['a', 7]), 'give one of a, 7'],
  ])('is that a choice is missing, and what there is to choose from', (choice, remedy) => {
    const { error } = z.object({ kind: choice }).safeParse({})
    expect(schemaProblems(error as z.ZodError, {}, () => [])).toEqual([
      { path: ['kind'], problem: 'is missing', remedy },
    ])
  })

  it('quotes 57 characters of a value of more than 60', () => {
    const text = (length: number) => 'x'.repeat(length - 2)
    const [short, long] = [problems({ name: 'a', open: text(60) }), problems({ name: 'a', open: text(61) })]
    expect(short[0]?.problem).toBe(`"${text(60)}" is not true or false`)
    expect(long[0]?.problem).toBe(`"${'x'.repeat(56)}... is not true or false`)
  })
})

describe('the value at a path', () => {
  const document = { a: [{ b: 'text' }], c: null }
  it.each([
    [[], document],
    [['a', 0, 'b'], 'text'],
    [['a', 1, 'b'], undefined],
    [['a', 0, 'b', 'length'], undefined],
    [['c', 'd'], undefined],
  ])('%j is %j', (path, value) => {
    expect(at(document, path)).toEqual(value)
  })
})

describe('the refusal of a document', () => {
  const document = readYaml('a: 1\nb:\n  - c: 2\n', 'app.yml')

  it('names file, line and path, in the order of the lines', () => {
    const all = [
      { path: ['b', 0, 'c'], problem: 'is bad', remedy: 'give 3' },
      { path: ['a'], problem: 'is worse' },
      { path: [], problem: 'is no app' },
    ]
    expect(() => refuse(all, 'app.yml', document)).toThrow(
      /^app.yml:1: a: is worse\napp.yml:1: is no app\napp.yml:3: b.0.c: is bad; give 3$/,
    )
  })

  it('does not come without a problem', () => {
    expect(() => refuse([], 'app.yml', document)).not.toThrow()
  })
})
