import { MemoryHealingStore } from '../support/memory-healing.ts'
import { MemoryHeldStore } from '../support/memory-held.ts'
import { healingContract, heldContract } from './held.ts'

heldContract('in memory', async () => ({ held: new MemoryHeldStore(), stop: async () => {} }))

healingContract('in memory', async () => ({ store: new MemoryHealingStore(), stop: async () => {} }))
