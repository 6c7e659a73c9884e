import { describe, expect, it } from '@jest/globals'
import * as z from 'zod'
import { parseInput } from '../../../core/base/workflow-input.ts'
import { BuildInput, CleanAmisInput } from '../../../core/images/inputs.ts'

describe('the input of a workflow', () => {
  it('gets its defaults', () => {
    expect(parseInput('build', BuildInput, { app: 'web' })).toEqual({ app: 'web', bundle: '', force: false })
    const one = { app: 'web', services: ['page'], bundle: '', force: true }
    expect(parseInput('build', BuildInput, one)).toEqual(one)
    expect(parseInput('clean-amis', CleanAmisInput, undefined)).toEqual({
      dryRun: true,
      keep: 3,
      minAgeDays: 0,
      max: 50,
    })
  })

  it.each([
    [{}, 'input of build: app: is missing; give a text'],
    [
      { app: 'Web' },
      'input of build: app: "Web" is not a name: lower-case letters, digits and dashes, a letter first',
    ],
    [{ app: 'web', servces: [] }, 'input of build: servces: unknown key; did you mean "services"?'],
    [
      { app: 'web', services: [] },
      'input of build: services: [] names no service; leave it out for all of them',
    ],
    [{ app: 'web', force: 'yes' }, 'input of build: force: "yes" is not true or false; give true or false'],
  ])('build refuses %j', (input, sentence) => {
    expect(() => parseInput('build', BuildInput, input)).toThrow(
      expect.objectContaining({ message: sentence }),
    )
  })

  it.each([
    [{ keep: -1 }, 'input of clean-amis: keep: -1 is below 0'],
    [{ keep: 1.5 }, 'input of clean-amis: keep: 1.5 is not a whole number; give a whole number'],
    [{ max: 0 }, 'input of clean-amis: max: 0 is below 1'],
    [{ max: 1000 }, 'input of clean-amis: max: 1000 is above 200'],
    [{ dryrun: false }, 'input of clean-amis: dryrun: unknown key; did you mean "dryRun"?'],
    ['all', 'input of clean-amis: "all" is not an object; give an object'],
  ])('clean-amis refuses %j', (input, sentence) => {
    expect(() => parseInput('clean-amis', CleanAmisInput, input)).toThrow(
      expect.objectContaining({ message: sentence }),
    )
  })

  it('may be anything else than an object', () => {
    const refused = () => parseInput('look', z.array(z.string()), 7)
    expect(refused).toThrow(
      expect.objectContaining({ message: 'input of look: 7 is not a list; give a list' }),
    )
  })
})
