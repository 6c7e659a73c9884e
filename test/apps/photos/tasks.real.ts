import { DynamoTasks } from '../../../apps/photos/db/dynamo-tasks.ts'
import { tasksHistories } from './histories.ts'
import { type TasksUnderTest, tasksContract } from './tasks.ts'
import { tasksTables } from './tasks-tables.ts'

async function inDynamo(): Promise<TasksUnderTest> {
  const tables = await tasksTables()
  return {
    fresh: async (clock) => {
      const table = await tables.make()
      const again = () => new DynamoTasks(tables.client, table, { clock })
      return { tasks: again(), again }
    },
    stop: () => tables.stop(),
  }
}

tasksContract('in DynamoDB', inDynamo)
tasksHistories('in DynamoDB', 12, inDynamo)
