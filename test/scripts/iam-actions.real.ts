import { describe, expect, it } from '@jest/globals'
import { APP_ACTIONS } from '../../core/base/app-rights.ts'
import { EXISTING_ACTIONS } from '../../core/base/existing-actions.ts'
import { behindWildcards, referenceActions } from '../../scripts/iam-actions.ts'

describe('what programs may do', () => {
  it('is what the reference behind parliament has; node scripts/iam-actions.ts writes the wildcards', async () => {
    const known = await referenceActions()
    expect(APP_ACTIONS.filter((action) => !action.endsWith('*') && !known.has(action))).toEqual([])
    expect(EXISTING_ACTIONS).toEqual(behindWildcards(known))
  })
})
