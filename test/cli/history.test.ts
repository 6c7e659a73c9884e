import { describe, expect, it } from '@jest/globals'
import { type HistoryItem, inWords, readHistory } from '../../cli/progress/history.ts'

const at = new Date(0)
const entered = (id: number, name: string, input = '{}', type = 'TaskStateEntered'): HistoryItem => ({
  id,
  previousEventId: id - 1,
  timestamp: at,
  type,
  stateEnteredEventDetails: { name, input },
})
const scheduled = (id: number): HistoryItem => ({
  id,
  previousEventId: id - 1,
  timestamp: at,
  type: 'TaskScheduled',
})
const submitted = (id: number, ExecutionArn: string): HistoryItem => ({
  id,
  previousEventId: id - 1,
  timestamp: at,
  type: 'TaskSubmitted',
  taskSubmittedEventDetails: { resourceType: 'states', output: JSON.stringify({ ExecutionArn }) },
})
const answered = (id: number, Payload: unknown): HistoryItem => ({
  id,
  previousEventId: id - 1,
  timestamp: at,
  type: 'TaskSucceeded',
  taskSucceededEventDetails: { resourceType: 'lambda', output: JSON.stringify({ Payload }) },
})

describe('the steps of a run', () => {
  it('are its tasks, each once, without what only polls or branches', () => {
    const { steps } = readHistory([
      entered(1, 'TakeLock'),
      entered(2, 'IsAppStackReady', '{}', 'ChoiceStateEntered'),
      entered(3, 'CheckAppStack'),
      entered(4, 'ApplyAppStack'),
      entered(5, 'ApplyAppStack'),
    ])
    expect(steps.map(({ name }) => name)).toEqual(['TakeLock', 'ApplyAppStack'])
  })

  it('are told for each service where a state runs once for each', () => {
    const { steps } = readHistory([
      entered(1, 'ApplyServiceStack', '"web"'),
      entered(2, 'ApplyServiceStack', '"cart"'),
      entered(3, 'ApplyServiceStack', '"web"'),
      entered(4, 'BuildImage', '{"service": "web", "reason": "it has no image yet"}'),
    ])
    expect(steps).toEqual([
      { name: 'ApplyServiceStack', at, service: 'web' },
      { name: 'ApplyServiceStack', at, service: 'cart' },
      { name: 'BuildImage', at, service: 'web', reason: 'it has no image yet' },
    ])
  })

  it('tell the way back of a deployment from the way forward, and its plan from the one before', () => {
    const undo = { failed: 5, cause: 'web: not healthy', back: 4 }
    const plan = (name: string, release: number, execution: string) => ({
      key: { execution: 'run', name },
      release,
      waves: [[{ execution, target: { service: 'web', count: 2 } }]],
    })
    const { steps, plans } = readHistory([
      entered(1, 'Plan'),
      answered(2, plan('deploy', 5, 'run-web')),
      entered(3, 'Plan', JSON.stringify(undo)),
      answered(4, plan('undo', 4, 'run-web-undo')),
    ])
    expect(steps).toEqual([
      { name: 'Plan', at },
      { name: 'Plan', at, undo },
    ])
    expect(plans).toEqual([
      [[{ execution: 'run-web', service: 'web', count: 2 }]],
      [[{ execution: 'run-web-undo', service: 'web', count: 2, back: 4 }]],
    ])
  })

  it('name the runs that a task starts, in a loop each of them', () => {
    const { steps } = readHistory([
      entered(1, 'RunService'),
      scheduled(2),
      submitted(3, 'arn:a'),
      entered(4, 'RunService'),
      scheduled(5),
      submitted(6, 'arn:b'),
    ])
    expect(steps).toEqual([
      { name: 'RunService', at, child: 'arn:a' },
      { name: 'RunService', at, child: 'arn:b' },
    ])
  })

  it('are written in words', () => {
    expect(inWords('ApplyAppStack')).toBe('apply app stack')
  })
})

describe('what a run tells beside its steps', () => {
  it('is the order of services from its plan', () => {
    const { plans } = readHistory([
      entered(1, 'Plan'),
      answered(2, {
        waves: [[{ execution: 'run-web', target: { service: 'web', count: 2, kind: 'service' } }]],
      }),
    ])
    expect(plans).toEqual([[[{ execution: 'run-web', service: 'web', count: 2 }]]])
  })

  it('is the last check of a service', () => {
    const { check } = readHistory([
      answered(1, { step: { action: 'set', why: '0 of 2 instances run' }, memory: { best: 0 } }),
      answered(2, { step: { action: 'wait', why: 'i-1: is starting' }, memory: { best: 1 } }),
    ])
    expect(check).toEqual({ healthy: 1, why: 'i-1: is starting' })
  })

  it('is nothing when the data of events was cut', () => {
    const cut = { ...answered(2, {}), taskSucceededEventDetails: { resourceType: 'lambda', output: '{"Pay' } }
    expect(readHistory([entered(1, 'Plan', '{"cut'), cut])).toMatchObject({
      plans: [],
      steps: [{ name: 'Plan' }],
    })
  })
})
