import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { buildMutant } from '../../model/build-mutant.ts'
import { MUTANTS } from '../../model/mutants.ts'
import { registrationProperty } from '../../model/property.ts'
import { rules } from '../../model/rules.ts'

/** A hundred thousand run with `npm run bench -- registration-model`. */
const HISTORIES = 2000

describe('registration over random histories', () => {
  it('makes the catalog equal EC2 and never takes a healthy instance out for want of evidence', async () => {
    await fc.assert(registrationProperty(rules), { numRuns: HISTORIES })
  }, 60_000)
})

describe('a fault in registration', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    'is found by the histories: it %s',
    async (_name, mutant) => {
      const code = await buildMutant(mutant)
      const outcome = await fc.check(registrationProperty(code), {
        numRuns: 3 * HISTORIES,
        // The same histories each time, so that finding a fault is not a matter of luck.
        seed: 1,
        endOnFailure: true,
      })
      expect(outcome.failed).toBe(true)
    },
    60_000,
  )
})
