import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from '../../lib/refusal.ts'
import type { Match } from '../../lib/routes.ts'
import type { Task } from '../lib/task.ts'
import { AWAY } from './feed.ts'
import type { Master } from './master.ts'
import { galleryPage, PAGE, type Shown, sendPage } from './pages.ts'

/**
 * `GET /`: the page; `?taskId=7` puts a task on top, `?before=7` starts below it. While `master` is down, the
 * page comes with a 503 and updates by itself later.
 */
export async function sendGallery(
  master: Master,
  _request: IncomingMessage,
  response: ServerResponse,
  { query }: Match,
): Promise<void> {
  const before = numberOf(query, 'before')
  const taskId = numberOf(query, 'taskId')
  const { status, shown } = await look(master, before, taskId).catch(failedLook)
  sendPage(response, status, galleryPage(shown))
}

interface Look {
  status: number
  shown: Shown
}

async function look(master: Master, before: number | undefined, taskId: number | undefined): Promise<Look> {
  const [tasks, pinned] = await Promise.all([
    master.newest(PAGE, before),
    taskId === undefined ? undefined : findTask(master, taskId),
  ])
  if (pinned !== null) return { status: 200, shown: { tasks, pinned } }
  return { status: 404, shown: { tasks, trouble: `There is no picture ${taskId}.` } }
}

async function findTask(master: Master, id: number): Promise<Task | null> {
  try {
    return await master.task(String(id))
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return null
    throw error
  }
}

function failedLook(error: unknown): Look {
  if (!(error instanceof Refusal)) throw error
  return { status: error.status, shown: { tasks: [], trouble: AWAY, failed: true } }
}

/** @throws Refusal 400 when it is given but not a whole number */
function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Refusal(400, `${name} must be an id, not ${text.slice(0, 40)}`)
  return value
}
