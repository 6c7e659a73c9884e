import { MemoryInstances } from '../support/memory-instances.ts'
import { instancesContract } from './instances.ts'

instancesContract('in memory', async () => {
  const source = new MemoryInstances('vpc-0a')
  return {
    source,
    vpcId: 'vpc-0a',
    launch: async (tags, where = 'here') =>
      source.launch(tags, 'running', where === 'here' ? 'vpc-0a' : 'vpc-0b').id,
    end: async (id) => source.set(id, 'terminated'),
    stop: async () => {},
  }
})
