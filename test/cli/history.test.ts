import { describe, expect, it } from '@jest/globals'
import { type HistoryItem, inWords, steps } from '../../cli/history.ts'

const at = new Date(0)
const entered = (id: number, name: string, type = 'TaskStateEntered'): HistoryItem => ({
  id,
  previousEventId: id - 1,
  timestamp: at,
  type,
  stateEnteredEventDetails: { name },
})
const submitted = (id: number, previousEventId: number, ExecutionArn: string): HistoryItem => ({
  id,
  previousEventId,
  timestamp: at,
  type: 'TaskSubmitted',
  taskSubmittedEventDetails: { resourceType: 'states', output: JSON.stringify({ ExecutionArn }) },
})

describe('the steps of a run', () => {
  it('are its tasks, each once, without what only polls or branches', () => {
    const history = [
      entered(1, 'TakeLock'),
      entered(2, 'IsAppStackReady', 'ChoiceStateEntered'),
      entered(3, 'CheckAppStack'),
      entered(4, 'ApplyAppStack'),
      entered(5, 'ApplyAppStack'),
    ]
    expect(steps(history).map(({ name }) => name)).toEqual(['TakeLock', 'ApplyAppStack'])
  })

  it('name the runs that a task starts, in a loop each of them', () => {
    const history = [
      entered(1, 'RunService'),
      { id: 2, previousEventId: 1, timestamp: at, type: 'TaskScheduled' },
      submitted(3, 2, 'arn:a'),
      entered(4, 'RunService'),
      { id: 5, previousEventId: 4, timestamp: at, type: 'TaskScheduled' },
      submitted(6, 5, 'arn:b'),
    ]
    expect(steps(history)).toEqual([
      { name: 'RunService', at, child: 'arn:a' },
      { name: 'RunService', at, child: 'arn:b' },
    ])
  })

  it('are written in words', () => {
    expect(inWords('ApplyAppStack')).toBe('apply app stack')
  })
})
