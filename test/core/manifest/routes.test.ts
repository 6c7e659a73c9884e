import { describe, it } from '@jest/globals'
import fc from 'fast-check'
import { rulePriority } from '../../../core/manifest/routes.ts'

describe('the priority of a rule', () => {
  const host = fc.stringMatching(/^[a-z]{1,20}$/)
  const path = fc
    .array(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 12 })
    .map((parts) => `/${parts.join('/')}`)

  it('is one that a listener takes', () => {
    fc.assert(
      fc.property(host, path, (name, below) => {
        const priority = rulePriority({ host: name, path: below })
        return priority >= 1 && priority <= 50_000
      }),
    )
  })

  it('asks a path below another one first', () => {
    fc.assert(
      fc.property(host, path, (name, below) => {
        fc.pre(below.split('/').length < 9)
        const deeper = below === '/' ? '/x' : `${below}/x`
        return rulePriority({ host: name, path: deeper }) < rulePriority({ host: name, path: below })
      }),
    )
  })
})
