import { MemoryChangeSets } from '../support/memory-change-sets.ts'
import { MemoryStacks } from '../support/memory-stacks.ts'
import { changeSetsContract } from './change-sets.ts'

changeSetsContract('in memory', async () => {
  const stacks = new MemoryStacks()
  return {
    stacks,
    changeSets: new MemoryChangeSets(stacks),
    prefix: 'contract',
    exists: async ({ id }) => stacks.made.physical.has(id),
    stop: async () => {},
  }
})
