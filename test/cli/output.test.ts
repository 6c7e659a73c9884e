import { describe, expect, it } from '@jest/globals'
import { duration, Output } from '../../cli/output.ts'
import { table } from '../../local/table.ts'
import { Written } from './runs.ts'

describe('output', () => {
  it('keeps the result apart from the progress', () => {
    const [out, err] = [new Written(), new Written()]
    const output = new Output(false, out, err)
    output.note('working')
    output.result({ a: 1 }, 'done')
    expect([out.text, err.text]).toEqual(['done\n', 'working\n'])
  })

  it('is one JSON document with --json', () => {
    const out = new Written()
    new Output(true, out, new Written()).result({ a: 1 }, 'done')
    expect(JSON.parse(out.text)).toEqual({ a: 1 })
  })

  it('draws what changes in place on a terminal only, cut to its width', () => {
    const [plain, terminal] = [new Written(), new Written(true)]
    new Output(false, new Written(), plain).live(['a'])
    const output = new Output(false, new Written(), terminal)
    output.live(['x'.repeat(80), 'b'])
    output.live(['c'])
    expect(plain.text).toBe('')
    expect(terminal.text).toContain('x'.repeat(59))
    expect(terminal.text).not.toContain('x'.repeat(60))
    expect(terminal.text).toContain('\u001b[2A')
  })
})

describe('durations', () => {
  it.each([
    [-5, '0.0 s'],
    [1234, '1.2 s'],
    [9960, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min 0 s'],
    [185_000, '3 min 5 s'],
    [3_600_000 * 25, '25 h 0 min'],
  ])('%d ms is %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text)
  })
})

describe('a table', () => {
  it('pads its columns, and no line ends with blanks', () => {
    expect(
      table([
        ['a', 'b'],
        ['long', ''],
        ['x', 'y', 'z'],
      ]),
    ).toBe('a     b\nlong\nx     y  z')
  })
})
