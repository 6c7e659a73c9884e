import { MemoryTasks } from '../../../apps/photos/db/memory-tasks.ts'
import { tasksHistories } from './histories.ts'
import { type TasksUnderTest, tasksContract } from './tasks.ts'

const inMemory = async (): Promise<TasksUnderTest> => ({
  fresh: async (clock) => {
    const tasks = new MemoryTasks(clock)
    return { tasks, again: () => tasks }
  },
  stop: async () => {},
})

tasksContract('in memory', inMemory)
tasksHistories('in memory', 500, inMemory)
