import { MemoryStacks } from '../support/memory-stacks.ts'
import { stacksContract } from './stacks.ts'

stacksContract('in memory', async () => {
  const stacks = new MemoryStacks()
  return {
    stacks,
    prefix: 'contract',
    failing: (input) => {
      stacks.failures.set(input.name, 'Thing: it already exists')
      return input
    },
    stop: async () => {},
  }
})
