import { readFileSync } from 'node:fs'
import { createContext, runInNewContext } from 'node:vm'
import { describe, expect, it } from '@jest/globals'
import { judgementOf, readJudgements, stale } from '../../scripts/mutants/judgements.ts'
import { type Mutant, mutantsOf } from '../../scripts/mutants/mutant.ts'
import { readOptions } from '../../scripts/mutants/options.ts'
import { probed } from '../../scripts/mutants/probes.ts'
import { remark, summary, totals } from '../../scripts/mutants/report.ts'
import { allMutants } from '../../scripts/mutants/run.ts'
import { sampleOf } from '../../scripts/mutants/sample.ts'
import { parses } from '../../scripts/mutants/syntax.ts'

const ofCore = allMutants('.')
const becomes = (text: string) => mutantsOf('core/x.ts', text).map((mutant) => mutant.becomes)

describe('a mutant', () => {
  it.each([
    ['a comparison', 'f(a < b)', ['f(a <= b)']],
    ['equality', 'f(a === b)', ['f(a !== b)']],
    ['arithmetic', 'f(a + b * c)', ['f(a - b * c)', 'f(a + b / c)']],
    ['"and", which binds as before', 'f(a && b && c)', ['f((a || b) && c)', 'f((a && b || c))']],
    ['a default', 'f(a ?? b)', ['f(a)']],
    ['"not"', 'f(!a)', ['f(a)']],
    ['a sum', 'a += b', ['a -= b']],
    ['a count', 'a++', ['a--']],
    ['a number', 'f(0)', ['f(1)']],
    ['a truth', 'f(true)', ['f(false)']],
    ['a condition', 'if (a) f()', ['if (true) f()', 'if (false) f()', 'if (a) undefined']],
    ['a choice', 'f(a ? b : c)', ['f(true ? b : c)', 'f(false ? b : c)']],
    ['a loop', 'while (a) b = c', ['while (false) b = c']],
    [
      'a part that is there or not',
      'f({ ...(a && b) })',
      ['f({ ...(true && b) })', 'f({ ...(false && b) })'],
    ],
    ['a filter', 'f(a.filter(b))', ['f(a)']],
    ['"some"', 'f(a.some(b))', ['f(a.every(b))']],
    ['an order', 'f(a.sort())', ['f(a)']],
    ['an effect', 'await f()', ['await undefined']],
    ['a bound', 'f(Math.min(a, b))', ['f(Math.max(a, b))']],
  ])('changes %s', (_what, text, expected) => {
    expect(becomes(text)).toEqual(expect.arrayContaining(expected))
  })

  it('changes one place only', () => {
    expect(becomes('x = f(a < 1, b < 1)')).toEqual([
      'x = f(a <= 1, b < 1)',
      'x = f(a < 2, b < 1)',
      'x = f(a < 1, b <= 1)',
      'x = f(a < 1, b < 2)',
    ])
  })

  it('leaves types and texts alone', () => {
    expect(becomes("type A = 1 | true\nlet a: Array<0 | 'b'> = f('1 < 2' as 'c')")).toEqual([])
  })

  it('is in its place behind letters of more than one byte', () => {
    const [mutant] = mutantsOf('core/x.ts', "/** ü */\nlet a = 'é'\na = g('–', a < b)\n")
    expect(mutant).toMatchObject({ line: 3, was: "a = g('–', a < b)", becomes: "a = g('–', a <= b)" })
    expect(mutant?.text).toBe("/** ü */\nlet a = 'é'\na = g('–', a <= b)\n")
  })
})

describe('a sample of the mutants of core', () => {
  const places = (seed: number, count = 40) => sampleOf(ofCore, { seed, count }).map(key)
  const key = ({ file, line, was, becomes }: Mutant) => [file, line, was, becomes].join(' ')

  it('is the same for the same seed and another for another one', () => {
    expect(places(7)).toEqual(places(7))
    expect(places(7)).not.toEqual(places(8))
    expect(new Set(places(7)).size).toBe(40)
  })

  it('is TypeScript, and differs from the file in the lines that it names', () => {
    for (const mutant of sampleOf(ofCore, { seed: 3, count: 200 })) {
      expect(parses(mutant.text)).toBe(true)
      expect(mutant.becomes).not.toBe(mutant.was)
    }
  })

  it('passes over a mutant that is not TypeScript', () => {
    const [good] = mutantsOf('core/x.ts', 'f(0)')
    const broken = { ...(good as Mutant), text: 'f(' }
    expect(sampleOf([broken, good as Mutant, broken], { seed: 1, count: 3 })).toEqual([good])
  })

  it('comes from every kind of change', () => {
    expect(new Set(ofCore.map(({ kind }) => kind)).size).toBe(5)
    expect(ofCore.length).toBeGreaterThan(2000)
  })
})

describe('a probed file', () => {
  it('tells what is reached, in the order in which it is, and does what it did', () => {
    const text = 'let n = 1\nif (n > 5) n = 2\nglobalThis.told(n)\nglobalThis.told(n ?? 3)\n'
    const mutants = [...mutantsOf('core/x.ts', text).entries()]
    const reached: number[] = []
    const told: unknown[] = []
    const world = {
      nanofleetReachedBy: (place: number) => reached.push(place),
      told: (n: unknown) => told.push(n),
    }
    runInNewContext(probed(text, mutants).text, createContext(world))
    expect(told).toEqual([1, 1])
    const unreached = mutants.filter(([index]) => !reached.includes(index)).map(([, { becomes }]) => becomes)
    expect(unreached).toEqual(['if (n > 5) n = 3', 'globalThis.told(n ?? 4)'])
  })

  it('is TypeScript, and few of its places cannot tell', () => {
    const files = Map.groupBy(ofCore.entries(), ([, { file }]) => file)
    const probes = [...files].map(([file, mutants]) => probed(readFileSync(file, 'utf8'), mutants))
    for (const { text } of probes) expect(parses(text)).toBe(true)
    expect(probes.flatMap(({ mute }) => mute).length).toBeLessThan(ofCore.length / 20)
  })
})

describe('judgements', () => {
  const [mutant] = mutantsOf('core/x.ts', 'a = f(0)') as [Mutant]
  const judgement = { file: 'core/x.ts', was: 'a = f(0)', becomes: 'a = f(1)', why: 'f takes no argument' }

  it('are found by the words, wherever the line is', () => {
    const [moved] = mutantsOf('core/x.ts', 'b = c\n\n  a = f(0)') as [Mutant]
    expect(judgementOf(moved, [judgement])).toBe('f takes no argument')
    expect(judgementOf({ ...mutant, file: 'core/y.ts' }, [judgement])).toBeUndefined()
  })

  it('are all about code that is there', () => {
    expect(stale(readJudgements('scripts/mutants/equivalent.yml'), ofCore)).toEqual([])
    expect(stale([judgement], ofCore)).toEqual([judgement])
  })

  it('take a mutant out of the count, unless a test notices it', () => {
    const missed = { mutant, noticed: false, related: 2 }
    const noticed = { mutant, noticed: true, by: 'test/core/x.test.ts', related: 2 }
    const equivalent = { ...missed, judgement: judgement.why }
    const results = [missed, noticed, noticed, noticed, equivalent]
    expect(totals(results)).toEqual({ noticed: 3, missed: 1, equivalent: 1, percent: 75 })
    expect(summary(results, 61.4)).toBe('noticed 3 of 4 (1 of 5 mean nothing), 75 %, in 61 s')
    expect(remark(noticed)).toBeUndefined()
    expect(remark(missed)).toBe(
      'core/x.ts:1  NOT NOTICED by the 2 test files that reach it\n  - a = f(0)\n  + a = f(1)',
    )
    expect(remark(equivalent)).toContain('equivalent: f takes no argument')
    expect(remark({ ...noticed, judgement: judgement.why })).toContain('take it out of equivalent.yml')
  })
})

describe('the options of npm run mutants', () => {
  it('are 100 changes by seed 1 and a bar of 95 unless given', () => {
    expect(readOptions([])).toMatchObject({ count: 100, seed: 1, bar: 95, places: [], json: false })
  })

  it('take several places', () => {
    expect(readOptions(['--file', 'core/a.ts', '--file', 'core/b.ts:3'])).toMatchObject({
      places: ['core/a.ts', 'core/b.ts:3'],
    })
  })

  it.each([
    [['--count', '0'], '--count: "0" must be a whole number from 1 to 1000000'],
    [['--workers', 'two'], '--workers: "two" must be a whole number'],
    [['--bar', '101'], '--bar: "101" must be a whole number from 0 to 100'],
    [['--sed', '1'], "Unknown option '--sed'"],
  ])('refuse %j', (args, words) => {
    expect(() => readOptions(args)).toThrow(words)
  })
})
