import { MemoryDefinitions } from '../support/memory-definitions.ts'
import { definitionsContract } from './definitions.ts'

definitionsContract('in memory', async () => {
  const unreadable = '/contract/unreadable'
  const source = new MemoryDefinitions(new Set([unreadable]))
  return {
    source,
    prefix: '/contract',
    put: async (name, text) => void source.parameters.set(name, text),
    unreadable,
    stop: async () => {},
  }
})
