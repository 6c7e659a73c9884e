import { MemoryLockTable } from '../support/memory-locks.ts'
import { MemoryReleaseBook } from '../support/memory-releases.ts'
import { releasesContract } from './releases.ts'

releasesContract('in memory', async () => {
  const locks = new MemoryLockTable()
  return { book: new MemoryReleaseBook(locks), locks, stop: async () => {} }
})
