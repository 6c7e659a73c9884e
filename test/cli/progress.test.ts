import { describe, expect, it } from '@jest/globals'
import type { Execution } from '../../adapters/aws/executions.ts'
import { WorkflowFailed } from '../../cli/exit-codes.ts'
import { Output } from '../../cli/output.ts'
import { follow } from '../../cli/progress/follow.ts'
import type { HistoryItem } from '../../cli/progress/history.ts'
import { lines, liveLines } from '../../cli/progress/lines.ts'
import { nextStep, origin } from '../../cli/progress/next-step.ts'
import { RunReader, type StepView, underWay } from '../../cli/progress/run-view.ts'
import { runOf, second, step, viewOf, Written } from './runs.ts'

const service = (end?: number, status?: string) =>
  runOf('service', 'run-web', { app: 'shop', service: 'web', count: 2 }, end, status)
const waves = [
  [{ execution: 'run-db', service: 'db', count: 1 }],
  [{ execution: 'run-web', service: 'web', count: 2 }],
]

function deployment(child: Execution, check = { healthy: 1, why: 'i-1: is starting' }) {
  const run = runOf('deploy', 'run', { app: 'shop' }, child.endedAt && 9, child.status)
  const started = viewOf(child, [], { check })
  const bringUp = { ...step('BringUpService', 2, { child: child.arn }), started }
  return viewOf(run, [step('TakeLock', 0.5), step('ApplyServiceStack', 1, { service: 'web' }), bringUp], {
    plans: [waves],
  })
}

const texts = (view: Parameters<typeof lines>[0]) => lines(view).map(({ text }) => text)

describe('progress without a terminal', () => {
  it('has one line per step, and per service its wave and how it ended', () => {
    expect(texts(deployment(service(5)))).toEqual([
      '   0.5 s  take lock',
      '   1.0 s  apply service stack web',
      '   2.0 s  wave 2 of 2: web, 2 instances',
      '   5.0 s  web 2/2 healthy after 5.0 s',
    ])
  })

  it('says how a service ended that failed, and nothing while it is under way', () => {
    expect(texts(deployment(service(5, 'FAILED'))).at(-1)).toBe('   5.0 s  web failed after 5.0 s')
    expect(texts(deployment(service())).at(-1)).toBe('   2.0 s  wave 2 of 2: web, 2 instances')
  })

  it('says on the way back what failed, and which release comes back', () => {
    const undo = { failed: 5, cause: 'web: not healthy', back: 4 }
    const [there, back] = ['run-web', 'run-web-undo'].map((name, index) => ({
      ...step('BringUpService', 2 + 4 * index),
      started: viewOf(runOf('service', name, { app: 'shop', service: 'web', count: 2 }, 9), []),
    })) as [StepView, StepView]
    const plans = [
      [[{ execution: 'run-web', service: 'web', count: 2 }]],
      [
        [{ execution: 'run-db-undo', service: 'db', count: 1, back: 4 }],
        [{ execution: 'run-web-undo', service: 'web', count: 2, back: 4 }],
      ],
    ]
    const run = runOf('deploy', 'run', { app: 'shop' })
    const view = viewOf(run, [there, step('Plan', 5, { undo }), back], { plans })
    expect(texts(view)).toEqual([
      '   2.0 s  wave 1 of 1: web, 2 instances',
      '   9.0 s  web 2/2 healthy after 9.0 s',
      '   5.0 s  release 5 failed: web: not healthy; bringing back release 4',
      '   6.0 s  back to release 4, wave 2 of 2: web, 2 instances',
      '   9.0 s  web 2/2 healthy after 9.0 s',
    ])
    const planning = viewOf(run, [step('Plan', 5, { undo })])
    expect(liveLines(planning, second(6))).toEqual(['deploy shop: planning the way back to release 4 1.0 s'])
  })

  it('says that a first deployment is removed, as there is nothing to go back to', () => {
    const undo = { failed: 1, cause: 'web: not healthy', back: 0 }
    const started = viewOf(runOf('teardown', 't', { app: 'shop' }, 7), [])
    const run = viewOf(runOf('deploy', 'd', { app: 'shop' }), [
      { ...step('RemoveFirstDeployment', 5, { undo }), started },
    ])
    expect(texts(run)).toEqual([
      '   5.0 s  release 1 failed: web: not healthy; removing what it made, as no release was before it',
      '   5.0 s  teardown shop',
      '   7.0 s  teardown shop done in 7.0 s',
    ])
  })

  it('indents the runs that a run starts', () => {
    const build = viewOf(runOf('build', 'b', { app: 'shop' }, 2), [step('Plan', 0.1)])
    const run = viewOf(runOf('deploy', 'd', { app: 'shop' }), [{ ...step('BuildImages', 1), started: build }])
    expect(texts(run)).toEqual([
      '   1.0 s  build shop',
      '     0.1 s  plan',
      '   2.0 s  build shop done in 2.0 s',
    ])
  })

  it('gives every line a key of its own', () => {
    const keys = lines(deployment(service(5))).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('the live view', () => {
  it('shows the state of a service in its wave', () => {
    expect(liveLines(deployment(service()), second(4))).toEqual([
      'wave 2 of 2: web 1/2 healthy (i-1: is starting) 4.0 s',
    ])
  })

  it('shows the step that a run is at while none of its runs is under way', () => {
    const view = viewOf(runOf('deploy', 'd', { app: 'shop' }), [step('ApplyAppStack', 1)])
    expect(liveLines(view, second(3))).toEqual(['deploy shop: apply app stack 2.0 s'])
  })

  it('is empty when the run is over', () => {
    expect(liveLines(deployment(service(5)), second(9))).toEqual([])
  })
})

/** Executions that are over after a number of looks. */
class Source {
  looks = 0
  readonly #ends: Execution
  constructor(ends: Execution) {
    this.#ends = ends
  }
  async describe(): Promise<Execution> {
    this.looks += 1
    if (this.looks > 1) return this.#ends
    const { endedAt: _, ...running } = this.#ends
    return { ...running, status: 'RUNNING' }
  }
  async history(): Promise<HistoryItem[]> {
    return [
      {
        id: 1,
        type: 'TaskStateEntered',
        timestamp: second(0),
        stateEnteredEventDetails: { name: 'TakeLock' },
      },
    ]
  }
}

describe('following a run', () => {
  it('prints each step once and returns the ended run', async () => {
    const [out, err] = [new Written(), new Written()]
    const over = await follow(
      new Source(runOf('scale', 'r', { app: 'shop' }, 3)),
      'arn',
      new Output(false, out, err),
    )
    expect(over.status).toBe('SUCCEEDED')
    expect(err.text).toBe('   0.0 s  take lock\n✓ scale shop: done in 3.0 s\n')
    expect(out.text).toBe('')
  })

  it('tells a failure in the words of the state it failed in, other runs by their names', async () => {
    const cause =
      'shop: arn:aws:states:eu-west-1:000000000000:execution:nanofleet-dev-scale:r0 works on this app'
    const run = { ...runOf('deploy', 'r', { app: 'shop' }, 3, 'FAILED'), error: 'LockHeld', cause }
    const following = follow(new Source(run), 'arn', new Output(false, new Written(), new Written()))
    await expect(following).rejects.toThrow(WorkflowFailed)
    await expect(following).rejects.toThrow(
      'deploy shop ended as LockHeld after 3.0 s: shop: r0 works on this app',
    )
  })

  it('reads a run that is over only once', async () => {
    const source = new Source(runOf('scale', 'r', {}, 3))
    const reader = new RunReader(source)
    expect(underWay(await reader.look('arn'))).toBe(1)
    expect(underWay(await reader.look('arn'))).toBe(0)
    await reader.look('arn')
    expect(source.looks).toBe(2)
  })
})

describe('the next step after a run that failed', () => {
  const again = 'nanofleet --stage dev'
  it.each<[string, string, string, object, string | undefined]>([
    [
      'pushes a source that could not be built',
      'deploy',
      'BuildFailed',
      { app: 'shop' },
      `After repairing the source: ${again} deploy shop`,
    ],
    [
      'builds again what was only built',
      'build',
      'BuildFailed',
      { app: 'shop' },
      `After repairing the source: ${again} build shop`,
    ],
    [
      'leaves open what was wrong with a service',
      'deploy',
      'DoomedWave',
      { app: 'shop' },
      `After repairing this checkout: ${again} deploy shop; after fixing something else: ${again} retry run`,
    ],
    [
      'goes to the same release',
      'deploy',
      'FailureDirty',
      { app: 'shop', release: 2 },
      `After fixing the cause: ${again} retry run`,
    ],
    [
      'repeats what pushes nothing',
      'scale',
      'DoomedWave',
      { app: 'shop', service: 'web', count: 2 },
      `After fixing the cause: ${again} retry run`,
    ],
    ['is none for wrong input', 'deploy', 'InvalidInput', { app: 'shop' }, undefined],
  ])('%s', (_what, workflow, error, input, hint) => {
    const run = { ...runOf(workflow, 'run', input, 5, 'FAILED'), error }
    expect(nextStep('dev', new WorkflowFailed('no', run))).toBe(hint)
  })

  it('pushes the required app whose image could not be built', () => {
    const failed = (workflow: string, app: string) => runOf(workflow, `run-${app}`, { app }, 5, 'FAILED')
    const build = viewOf(failed('build', 'platform'), [])
    const inner = viewOf(failed('deploy', 'platform'), [
      { ...step('Ready', 1), started: viewOf(runOf('build', 'x', { app: 'shop' }, 3), []) },
      { ...step('BuildImages', 1), started: build },
    ])
    const outer = viewOf({ ...failed('deploy', 'shop'), error: 'BuildFailed' }, [
      { ...step('DeployApp', 1), started: inner },
    ])
    expect(origin(outer)).toBe(build.run)
    expect(nextStep('dev', new WorkflowFailed('no', outer.run, origin(outer)))).toBe(
      `After repairing the source: ${again} push platform && ${again} deploy shop`,
    )
  })
})
