import { MemoryHeldStore } from '../support/memory-held.ts'
import { heldContract } from './held.ts'

heldContract('in memory', async () => ({ held: new MemoryHeldStore(), stop: async () => {} }))
