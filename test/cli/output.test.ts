import { describe, expect, it } from '@jest/globals'
import { duration, Output } from '../../cli/output.ts'
import { type Look, newLines, watch } from '../../cli/watch.ts'
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

describe('what is watched', () => {
  /** Ends the watching after some texts. */
  const ending = (after: number, isTTY: boolean) => {
    const out = new Written(isTTY)
    let left = after
    return {
      get text() {
        return out.text
      },
      isTTY,
      write(text: string) {
        if (left-- === 0) throw new Error('enough')
        out.write(text)
      },
    }
  }
  const looks = (...texts: string[]) => {
    const left = [...texts]
    return async () => {
      const text = left.length > 1 ? (left.shift() ?? '') : (left[0] ?? '')
      if (text.startsWith('!')) throw new Error(text.slice(1))
      return { data: { text }, text }
    }
  }
  const watched = async (sink: ReturnType<typeof ending>, json: boolean, look: () => Promise<Look>) => {
    const output = new Output(json, sink, new Written())
    await expect(watch(look, { output, everyMs: 1, head: 'stage dev' })).rejects.toThrow('enough')
    return sink.text
  }

  it('is drawn in place on a terminal', async () => {
    const text = await watched(ending(2, true), false, looks('web 1/2', 'web 2/2'))
    expect(text.split('\u001b[H').slice(1)).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d UTC {2}stage dev.*\n.*\n.*web 1\/2.*\n.*\[J$/),
      expect.stringContaining('web 2/2'),
    ])
  })

  it('is new lines elsewhere: those that changed, failures too', async () => {
    const look = looks(
      'web  1/2\ndb 1/1',
      'web 1/2\ndb 1/1',
      '!Consul is silent',
      'web 2/2\ndb 1/1',
      'x',
      'y',
    )
    const text = await watched(ending(5, false), false, look)
    expect(text.replaceAll(/^\S+ {2}/gm, '')).toBe(
      'web  1/2\ndb 1/1\nunknown: Consul is silent\nweb 2/2\nx\n',
    )
  })

  it('is one document per change with --json', async () => {
    expect(await watched(ending(2, true), true, looks('a', 'a', 'b', 'c'))).toBe(
      '{"text":"a"}\n{"text":"b"}\n',
    )
  })

  it('ends at once when the first look fails', async () => {
    const watching = watch(looks('!no such app'), { output: new Output(false), everyMs: 1, head: '' })
    await expect(watching).rejects.toThrow('no such app')
  })

  it('is the same line however long something lasts', () => {
    expect(newLines('a for 5 s; b\nc', 'a for 1 min 3 s; b\nd')).toEqual(['d'])
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
