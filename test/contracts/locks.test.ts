import { MemoryLockTable } from '../support/memory-locks.ts'
import { locksContract } from './locks.ts'

locksContract('in memory', async () => ({ locks: new MemoryLockTable(), stop: async () => {} }))
