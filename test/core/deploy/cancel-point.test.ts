import { describe, expect, it } from '@jest/globals'
import { type CancelView, safeToStop } from '../../../core/deploy/cancel-point.ts'

const run = (workflow: string, started: CancelView[] = [], ending = false): CancelView => ({
  arn: workflow,
  workflow,
  ending,
  started,
})
const service = (arn: string): CancelView => ({ ...run('service'), arn })

describe('what is stopped so that a run tidies up by itself', () => {
  it.each<[string, CancelView, string[]]>([
    ['a build itself', run('build'), ['build']],
    ['a clean-up itself', run('clean-amis'), ['clean-amis']],
    ['the build of a deployment', run('deploy', [run('build')]), ['build']],
    ['every service of a wave', run('deploy', [service('web'), service('db')]), ['web', 'db']],
    ['the service of a restart', run('restart', [service('web')]), ['web']],
    ['nothing in the middle of a stack', run('deploy'), []],
    [
      'what a required app is doing, and the build beside it',
      run('deploy', [run('deploy', [service('consul')]), run('build')]),
      ['consul', 'build'],
    ],
    ['nothing of a required app in the middle of a stack', run('deploy', [run('deploy')]), []],
    ['nothing on the way back', run('deploy', [service('web')], true), []],
    [
      'nothing of a required app on its way back, nor of what that started',
      run('deploy', [run('deploy', [run('teardown', [service('consul')])], true)]),
      [],
    ],
    ['nothing while a lock is freed', run('scale', [], true), []],
  ])('is %s', (_what, view, arns) => {
    expect(safeToStop(view)).toEqual(arns)
  })
})
