import { MemoryExecutions } from '../support/memory-locks.ts'
import { executionsContract } from './executions.ts'

executionsContract('in memory', async () => {
  const executions = new MemoryExecutions()
  return {
    executions,
    begin: async () => {
      const arn = `arn:aws:states:eu-west-1:000000000000:execution:wait:${executions.running.size}`
      executions.running.add(arn)
      return arn
    },
    end: async (arn) => void executions.running.delete(arn),
    stop: async () => {},
  }
})
