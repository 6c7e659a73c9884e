import { MemoryLifecycleActions } from '../support/memory-lifecycle.ts'
import { lifecycleContract } from './lifecycle.ts'

lifecycleContract('in memory', async () => {
  const lifecycle = new MemoryLifecycleActions()
  let count = 0
  return {
    lifecycle,
    hold: async () => {
      const action = { group: 'contract', hook: 'drain', token: `t-${++count}`, instanceId: `i-${count}` }
      lifecycle.hold(action)
      return action
    },
    holds: async (action) => lifecycle.holds(action),
    stop: async () => {},
  }
})
