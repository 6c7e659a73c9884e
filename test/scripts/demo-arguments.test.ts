import { describe, expect, it } from '@jest/globals'
import { readArguments } from '../../scripts/demo/arguments.ts'
import { chapters } from '../../scripts/demo/tour.ts'

describe('the arguments of the demo', () => {
  const names = (...args: string[]) => readArguments(args).apps.map(({ name }) => name)

  it('select the boutique unless an app is named', () => {
    expect(names()).toEqual(['boutique'])
    expect(names('--once')).toEqual(['boutique'])
    expect(names('web')).toEqual(['web'])
    expect(names('photos')).toEqual(['photos'])
    expect(names('hello')).toEqual(['hello'])
    expect(names('--once', 'photos')).toEqual(['photos'])
  })

  it('select every app for "all", the default one first', () => {
    expect(names('all')).toEqual(['boutique', 'events', 'hello', 'photos', 'web'])
  })

  it('run to the end only with --once', () => {
    expect(readArguments(['photos']).once).toBe(false)
    expect(readArguments(['photos', '--once']).once).toBe(true)
  })

  it.each([
    ['an unknown app', ['photo'], /no app "photo"; name one of boutique, events, hello, photos, web, all$/],
    ['an unknown option', ['--ones'], /no option --ones/],
    ['two apps', ['web', 'photos'], /name one app, or all/],
  ])('refuse %s in one sentence', (_what, args, words) => {
    expect(() => readArguments(args)).toThrow(words)
  })

  it('lead to as many chapters as announced', () => {
    expect(chapters(readArguments(['web']).apps)).toEqual({ up: 4, all: 8 })
    expect(chapters(readArguments([]).apps)).toEqual({ up: 4, all: 8 })
    expect(chapters(readArguments(['all']).apps)).toEqual({ up: 12, all: 22 })
  })
})
