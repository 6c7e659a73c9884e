import { describe, expect, it } from '@jest/globals'
import { timelineText } from '../../cli/text/timeline-text.ts'
import type { Happening } from '../../core/timeline/happening.ts'

const happening = (more: Partial<Happening> = {}): Happening => ({
  at: '2026-01-01T03:00:04.250Z',
  source: 'consul',
  service: 'web',
  instance: 'i-1',
  text: 'leaves Consul',
  ...more,
})

describe('a timeline', () => {
  it('has a line for each and says below what is missing', () => {
    const happenings = [
      happening({ source: 'workflow', service: '', instance: '', text: 'deploy web' }),
      happening(),
    ]
    const lines = timelineText({ happenings, gaps: ['throttled'] }).split('\n')
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['time (UTC)', 'who', 'service', 'instance', 'what'],
      ['2026-01-01 03:00:04', 'workflow', '-', '-', 'deploy web'],
      ['2026-01-01 03:00:04', 'Consul', 'web', 'i-1', 'leaves Consul'],
      ['not complete: throttled'],
    ])
  })

  it('says that nothing happened', () => {
    expect(timelineText({ happenings: [], gaps: [] })).toBe(
      'Nothing happened; --since 7d looks further back.',
    )
  })
})
