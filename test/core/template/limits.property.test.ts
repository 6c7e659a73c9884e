import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { LONGEST_STAGE } from '../../../core/base/name-rules.ts'
import { definitionParameter, imageName, serviceStack } from '../../../core/base/names.ts'
import { DEV_STAGE } from '../../../scripts/sample-stages.ts'
import { accepted, appSamples } from '../manifest/manifest-samples.ts'
import { beyond } from './aws-limits.ts'

/** The longest name, and everything that a stage may have. */
const stage = {
  ...DEV_STAGE,
  name: 'x'.repeat(LONGEST_STAGE),
  domain: 'example.com',
  certificateArn: 'arn:aws:acm:::certificate/1',
}

/** What a build puts behind the name of an image: a dash and milliseconds since 1970 in base 36. */
const SUFFIX = 9

it('a manifest that a push accepts makes templates and names that AWS accepts too', () => {
  fc.assert(
    fc.property(appSamples, (sample) => {
      const made = accepted(sample, stage)
      if (!made) return
      for (const template of [made.own, ...Object.values(made.services)]) expect(beyond(template)).toEqual([])
      for (const service of Object.keys(made.services)) {
        const names = [stage.name, sample.app, service] as const
        // "CreateStack", "RegisterImage", and the tag of an instance that has the name of the parameter.
        expect(serviceStack(...names)).toMatch(/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/)
        expect(imageName(...names, '0123456789abcdef').length + SUFFIX).toBeLessThanOrEqual(128)
        expect(definitionParameter(...names).length).toBeLessThanOrEqual(256)
      }
    }),
    { numRuns: 120 },
  )
})
