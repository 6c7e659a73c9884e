import { describe, expect, it } from '@jest/globals'
import { readArguments } from '../../scripts/demo/arguments.ts'
import { chapters } from '../../scripts/demo/tour.ts'

describe('the arguments of the demo', () => {
  const names = (...args: string[]) => readArguments(args).apps.map(({ name }) => name)

  it('show web unless an app is named', () => {
    expect(names()).toEqual(['web'])
    expect(names('--once')).toEqual(['web'])
    expect(names('photos')).toEqual(['photos'])
    expect(names('--once', 'photos')).toEqual(['photos'])
  })

  it('show every app for "all", web first as it brings the platform up quickest', () => {
    expect(names('all')).toEqual(expect.arrayContaining(['web', 'photos']))
    expect(names('all')[0]).toBe('web')
  })

  it('go on to the end with --once only', () => {
    expect(readArguments(['photos']).once).toBe(false)
    expect(readArguments(['photos', '--once']).once).toBe(true)
  })

  it.each([
    ['an unknown app', ['photo'], /no app "photo"; name one of web, photos, .*all$/],
    ['an unknown option', ['--ones'], /no option --ones/],
    ['two apps', ['web', 'photos'], /name one app, or all/],
  ])('refuse %s in one sentence', (_what, args, words) => {
    expect(() => readArguments(args)).toThrow(words)
  })

  it('lead to as many chapters as the story counts', () => {
    const [web] = readArguments(['web']).apps
    if (!web) throw new Error('there is no web')
    expect(chapters([web])).toEqual({ up: 4, all: 8 })
  })
})
