import { describe, expect, it } from '@jest/globals'
import { type AlarmChange, tellAlarm } from '../../../core/timeline/alarms.ts'
import { type Activity, tellActivity } from '../../../core/timeline/groups.ts'
import { type LoggedLine, tellRounds } from '../../../core/timeline/rounds.ts'
import { concerns, type RunFacts, tellRun } from '../../../core/timeline/runs.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 3, 0, second)).toISOString()

const run = (workflow: string, input: unknown, more: Partial<RunFacts> = {}): RunFacts => ({
  name: 'run-1',
  workflow,
  input,
  status: 'SUCCEEDED',
  startedAt: at(1),
  endedAt: at(9),
  ...more,
})

describe('a run in a timeline', () => {
  it.each<[string, RunFacts, number | undefined, string, string]>([
    ['a deployment', run('deploy', { app: 'web' }), 4, 'deploy web', 'succeeded: release 4'],
    [
      'a dry run',
      run('deploy', { app: 'web', dryRun: true }),
      undefined,
      'deploy web, a dry run',
      'succeeded',
    ],
    [
      'going back',
      run('deploy', { app: 'web', release: 3 }),
      5,
      'deploy web, back to release 3',
      'succeeded: release 5',
    ],
    [
      'scaling',
      run('scale', { app: 'web', service: 'web', count: 4 }),
      undefined,
      'scale web web to 4',
      'succeeded',
    ],
    [
      'one instance',
      run('restart', { app: 'web', service: 'web', instance: 'i-1' }),
      undefined,
      'restart web web, instance i-1',
      'succeeded',
    ],
    [
      'a failure',
      run('deploy', { app: 'web' }, { status: 'FAILED', error: 'NotHealthy', cause: ' web:\n  503\n' }),
      undefined,
      'deploy web',
      'failed: web: 503',
    ],
    [
      'a failure halfway',
      run('deploy', { app: 'web' }, { status: 'FAILED', error: 'FailureDirty', cause: 'both' }),
      undefined,
      'deploy web',
      'failed halfway, a person must look: both',
    ],
    [
      'a failure without a word',
      run('deploy', { app: 'web' }, { status: 'FAILED' }),
      undefined,
      'deploy web',
      'failed',
    ],
    [
      'a stopped one',
      run('deploy', { app: 'web' }, { status: 'ABORTED', cause: 'by hand' }),
      undefined,
      'deploy web',
      'was stopped: by hand',
    ],
    [
      'a stopped one without a word',
      run('deploy', { app: 'web' }, { status: 'ABORTED' }),
      undefined,
      'deploy web',
      'was stopped',
    ],
    [
      'one without an end',
      run('build', { app: 'web' }, { status: 'TIMED_OUT' }),
      undefined,
      'build web',
      'took too long and was ended',
    ],
  ])('of %s begins and ends', (_what, facts, release, subject, outcome) => {
    expect(tellRun(facts, release).map(({ at: when, text }) => [when, text])).toEqual([
      [at(1), `${subject} begins (run-1)`],
      [at(9), `${subject} ${outcome}`],
    ])
  })

  it('that goes on has a beginning only, with its service and instance', () => {
    const { endedAt: _over, ...open } = run('restart', { app: 'web', service: 'db', instance: 'i-1' })
    expect(tellRun(open, undefined)).toMatchObject([{ source: 'workflow', service: 'db', instance: 'i-1' }])
  })

  it('does not repeat a cause of many lines', () => {
    const facts = run('deploy', { app: 'web' }, { status: 'FAILED', cause: 'x'.repeat(900) })
    expect(tellRun(facts, undefined)[1]?.text).toBe(`deploy web failed: ${'x'.repeat(299)}…`)
  })

  it.each<[RunFacts, string, string | undefined, boolean]>([
    [run('deploy', { app: 'web' }), 'web', undefined, true],
    [run('deploy', { app: 'web' }), 'web', 'db', true],
    [run('deploy', { app: 'webb' }), 'web', undefined, false],
    [run('scale', { app: 'web', service: 'web' }), 'web', 'db', false],
    [run('scale', { app: 'web', service: 'db' }), 'web', 'db', true],
    [run('build', { app: 'web', services: ['db', 'web'] }), 'web', 'db', true],
    [run('build', { app: 'web', services: ['web'] }), 'web', 'db', false],
    [run('rotate-secrets', {}), 'platform', undefined, true],
    [run('rotate-secrets', {}), 'web', undefined, false],
    [run('build', undefined), 'web', undefined, false],
  ])('concerns the app and the service that its input names (%#)', (facts, app, service, expected) => {
    expect(concerns(facts, app, service)).toBe(expected)
  })
})

describe('what a group did', () => {
  it.each<[Activity['kind'], string]>([
    ['launched', 'is launched: why'],
    ['failed', 'no instance is launched: why'],
    ['replaced', 'ends and gets a successor: why'],
    ['shrunk', 'ends: why'],
    ['other', 'changes its place in the group: why'],
  ])('is told with its reason: %s', (kind, text) => {
    expect(tellActivity('web', { at: at(1), kind, instance: 'i-1', reason: 'why' })).toEqual({
      at: at(1),
      source: 'group',
      service: 'web',
      instance: 'i-1',
      text,
    })
  })

  it('may have neither a reason nor an instance', () => {
    expect(tellActivity('web', { at: at(1), kind: 'shrunk', reason: '' })).toMatchObject({
      instance: '',
      text: 'ends',
    })
  })
})

describe('an alarm', () => {
  const change = (from: string, to: string, reason = 'high'): AlarmChange => ({
    at: at(1),
    alarm: 'drift',
    from,
    to,
    reason,
  })
  it.each([
    ['OK', 'ALARM', ['drift: it rings (high)']],
    ['ALARM', 'OK', ['drift: over (high)']],
    ['ALARM', 'INSUFFICIENT_DATA', ['drift: over (high)']],
    ['INSUFFICIENT_DATA', 'OK', []],
  ])('that goes from %s to %s', (from, to, texts) => {
    expect(tellAlarm(change(from, to)).map(({ text }) => text)).toEqual(texts)
  })

  it('may say no reason', () => {
    expect(tellAlarm(change('OK', 'ALARM', ''))).toMatchObject([{ text: 'drift: it rings' }])
  })
})

describe('the rounds', () => {
  const line = (second: number, result: unknown): LoggedLine => ({
    at: Date.parse(at(second)),
    text: JSON.stringify({ message: 'reconcile', result }),
  })
  const wrote = (verb: string, instanceId = 'i-1', reason = 'why') => ({
    changes: [{ verb, instanceId, reason }],
  })
  const sick = (verdict: string, reason: string, output = '') => ({
    sick: [{ instanceId: 'i-1', group: 'g', verdict, reason, seconds: 61, output }],
  })
  const ours = (instance: string) => (instance === 'i-1' ? 'web' : undefined)
  const texts = (lines: LoggedLine[]) => tellRounds(lines, ours).map(({ text }) => text)

  it.each([
    ['register', 'is registered in Consul: why'],
    ['deregister', 'leaves Consul: why'],
    ['forget', 'leaves Consul: why'],
    ['maintenance', 'is out of DNS: why'],
    ['return', 'is back in DNS: why'],
  ])('tell of a write: %s', (verb, text) => {
    expect(tellRounds([line(1, wrote(verb))], ours)).toEqual([
      { at: at(1), source: 'consul', service: 'web', instance: 'i-1', text },
    ])
  })

  it('tell nothing of other apps, and nothing where a line is something else', () => {
    const other = ['START RequestId', '7', '{"result":{"changes":"x"}}', '{"result":{}}', '{}']
    const lines = [line(1, wrote('register', 'i-9')), ...other.map((text) => ({ at: 5, text }))]
    expect(texts(lines)).toEqual([])
    expect(texts([line(1, wrote('register', 'i-1', ''))])).toEqual(['is registered in Consul'])
  })

  it('tell once that an instance leaves, however many rounds and entries it takes, until it comes back', () => {
    const verbs = ['register', 'deregister', 'forget', 'deregister', 'register', 'forget']
    const words = texts(verbs.map((verb, index) => line(index, wrote(verb, 'i-1', ''))))
    const [comes, goes] = ['is registered in Consul', 'leaves Consul']
    expect(words).toEqual([comes, goes, comes, goes])
  })

  it('tell a verdict once until it changes, with what the check said', () => {
    const lines = [
      line(4, sick('replace', 'it does not pass as web', 'HTTP 503')),
      line(1, sick('wait', 'it is replaced after 60 s')),
      line(2, sick('hold', 'web backs off after a replacement, 40 s more')),
      line(3, sick('hold', 'web backs off after a replacement, 10 s more')),
      line(5, sick('leave', 'its manifest says replaceAfter: never')),
    ]
    expect(texts(lines)).toEqual([
      'is sick: it is replaced after 60 s (fails for 61 s)',
      'is sick and held, a person should look: web backs off after a replacement, 40 s more (fails for 61 s)',
      'is sick and given back to its group: it does not pass as web (fails for 61 s); its check says: HTTP 503',
      'is sick and not replaced: its manifest says replaceAfter: never (fails for 61 s)',
    ])
  })
})
