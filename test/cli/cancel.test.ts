import { describe, expect, it } from '@jest/globals'
import { leftBy } from '../../cli/text/cancel-text.ts'
import { runOf } from './runs.ts'

const retry = '"nanofleet --stage dev retry run" starts it again.'

describe('what a cancelled run left', () => {
  it.each<[string, string, boolean, string]>([
    ['deploy', 'Cancelled', true, `deploy shop is cancelled: shop is as it was before; ${retry}`],
    [
      'restart',
      'Cancelled',
      true,
      `restart shop is cancelled: the services of shop have their instances, old or new; ${retry}`,
    ],
    [
      'scale',
      'DoomedWave',
      false,
      `scale shop had failed by itself: shop has the number of instances that it had before; ${retry}`,
    ],
    [
      'teardown',
      'FailureDirty',
      true,
      `teardown shop stopped halfway: what was removed is gone, nothing more goes; ${retry}`,
    ],
    ['deploy', 'FailureDirty', true, `deploy shop stopped, and going back failed: no way back; ${retry}`],
  ])('%s, ended as %s, is said', (workflow, error, stopped, text) => {
    const run = { ...runOf(workflow, 'run', { app: 'shop' }, 5, 'FAILED'), error, cause: 'no way back' }
    expect(leftBy(run, stopped, 'dev')).toBe(text)
  })

  it('is all of it when the run was faster', () => {
    expect(leftBy(runOf('deploy', 'run', { app: 'shop' }, 5), true, 'dev')).toBe(
      'deploy shop was done before it could be stopped.',
    )
  })
})
