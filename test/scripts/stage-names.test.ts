import { describe, expect, it } from '@jest/globals'
import { isStageName } from '../../core/base/name-rules.ts'
import Nanofleet from '../../resources/plugin/index.mjs'

/** As much of the framework as the plugin asks for before anything is deployed. */
const deploy = (stage: string) => () =>
  new Nanofleet({ service: { provider: { stage } }, classes: { Error } }, {}, { log: {} })

describe('the name of a stage', () => {
  it.each([
    ['dev', true],
    ['a'.repeat(20), true],
    ['a'.repeat(21), false],
    ['2nd', false],
    ['Dev', false],
    // A right on nanofleet-a-* of a stage `a` would cover it.
    ['a-b', false],
    ['', false],
  ])('%p: %p, in the commands and in serverless deploy', (name, accepted) => {
    expect(isStageName(name)).toBe(accepted)
    if (accepted) expect(deploy(name)).not.toThrow()
    else expect(deploy(name)).toThrow('is not a stage name; use up to 20 lower-case letters and digits')
  })
})
