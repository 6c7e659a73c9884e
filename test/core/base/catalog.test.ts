import { describe, expect, it } from '@jest/globals'
import { passingInstances } from '../../../core/base/catalog.ts'

describe('the instances that DNS answers for', () => {
  it('are those with a passing entry of ours', () => {
    const entry = (instanceId: string, status: string) => ({ instanceId, status }) as never
    const entries = [
      entry('a', 'passing'),
      entry('a', 'critical'),
      entry('b', 'critical'),
      entry('', 'passing'),
    ]
    expect([...passingInstances(entries)]).toEqual(['a'])
  })
})
