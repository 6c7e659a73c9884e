import { MemoryFleet } from '../support/memory-fleet.ts'
import { fleetContract } from './fleet.ts'

fleetContract('in memory', async () => {
  const fleet = new MemoryFleet()
  const group = 'contract'
  fleet.stand(group, { desired: 0, max: 4, members: [], targetGroups: [] })
  fleet.change(group, 'first')
  return {
    fleet,
    group,
    kill: async (instance) => fleet.kill(instance),
    rest: async (instance) => fleet.rest(instance),
    change: async (content) => fleet.change(group, content),
    refuse: async () => fleet.refuse(group, 'there is no capacity'),
    stop: async () => {},
  }
})
