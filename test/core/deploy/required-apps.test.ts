import { describe, expect, it } from '@jest/globals'
import type { AppBundle } from '../../../core/base/bundle.ts'
import { InvalidInput } from '../../../core/base/errors.ts'
import { lookAtRequiredApps, requiredStep } from '../../../core/deploy/required-apps.ts'
import { MemoryExecutions, MemoryLockTable } from '../../support/memory-locks.ts'
import { MemoryReleaseBook } from '../../support/memory-releases.ts'

describe('requiredStep', () => {
  it.each([
    ['nothing is required', [], { action: 'ready' }],
    ['all are deployed', [{ app: 'platform', deployed: true }], { action: 'ready' }],
    ['one is absent', [{ app: 'platform', deployed: false }], { action: 'deploy', app: 'platform' }],
    [
      'one is being deployed',
      [{ app: 'platform', deployed: false, underway: 'arn' }],
      { action: 'wait', app: 'platform', execution: 'arn' },
    ],
    [
      'one may be going away',
      [{ app: 'platform', deployed: true, underway: 'arn' }],
      { action: 'wait', app: 'platform', execution: 'arn' },
    ],
  ])('when %s', (_case, apps, step) => {
    expect(requiredStep(apps)).toEqual(step)
  })
})

describe('lookAtRequiredApps', () => {
  const ports = async (requires: Record<string, string[]>, owner?: string) => {
    const locks = new MemoryLockTable()
    if (owner) await locks.take('platform', owner, undefined, new Date())
    return {
      bundles: {
        read: async (app: string) => ({
          digest: app,
          bundle: { manifest: { app, requires: requires[app] } } as AppBundle,
          definitions: {},
        }),
      },
      locks,
      releases: new MemoryReleaseBook(locks),
      executions: new MemoryExecutions('runs'),
    }
  }

  it('deploys the app that is not there', async () => {
    const step = await lookAtRequiredApps(await ports({ web: ['platform'], platform: [] }), 'web')
    expect(step).toEqual({ action: 'deploy', app: 'platform' })
  })

  it('waits only for an execution that still runs', async () => {
    const requires = { web: ['platform'], platform: [] }
    expect(await lookAtRequiredApps(await ports(requires, 'runs'), 'web')).toMatchObject({ action: 'wait' })
    expect(await lookAtRequiredApps(await ports(requires, 'killed'), 'web')).toMatchObject({
      action: 'deploy',
    })
  })

  it('refuses apps that require each other, which would wait for each other for ever', async () => {
    const look = lookAtRequiredApps(await ports({ a: ['b'], b: ['a'] }), 'a')
    await expect(look).rejects.toThrow(InvalidInput)
    await expect(look).rejects.toThrow('a → b → a')
  })
})
