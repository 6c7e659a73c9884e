/** `db`: which picture is in which state, and which worker has it. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { routes } from '../../lib/routes.ts'
import { required } from '../../lib/settings.ts'
import { surroundings } from '../lib/surroundings.ts'
import { DynamoTasks } from './dynamo-tasks.ts'
import { MemoryTasks } from './memory-tasks.ts'
import { taskRoutes } from './routes.ts'
import type { TaskStore } from './task-store.ts'

/** Callers wait 5 s, so a hanging request to DynamoDB is dropped and retried before that. */
const LIMITS = { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true }

const { alone, serve } = surroundings('db', 'Database')

function store(): TaskStore {
  if (alone) return new MemoryTasks()
  const table = required('TASKS_TABLE')
  return new DynamoTasks(DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler: LIMITS })), table)
}

await serve(routes(taskRoutes(store())))
