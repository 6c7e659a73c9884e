import { MemoryStore } from '../../../apps/boutique/cartservice/memory-store.ts'
import { cartStoreContract } from './cart-store.ts'

cartStoreContract('in memory', async () => {
  const idleMs = 400
  const store = new MemoryStore(idleMs)
  return { one: store, other: store, idleMs, stop: () => store.close() }
})
