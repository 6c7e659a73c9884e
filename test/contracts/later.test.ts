import { MemoryLater } from '../support/memory-queue.ts'
import { laterContract } from './later.ts'

laterContract('in memory', async () => {
  const later = new MemoryLater()
  return {
    later,
    arrivals: async (seconds) => {
      const due = later.sent.filter(({ delaySeconds }) => delaySeconds <= seconds)
      for (const message of due) later.sent.splice(later.sent.indexOf(message), 1)
      return due.map(({ body }) => body)
    },
    stop: async () => {},
  }
})
