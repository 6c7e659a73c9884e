import { CREATED } from '../lib/task.ts'
import { CREATED_MS, type StoredTask, takeableFrom } from './decisions.ts'

/** A record in the table; only records that belong in an index have its attributes. */
export type Item = Record<string, unknown>

export const taskKey = (id: number | '') => ({ pk: `task#${id}` })
export const idOf = ({ pk }: Item): number => Number(String(pk).slice(taskKey('').pk.length))
export const tokenKey = (token: string) => ({ pk: `token#${token}` })

/** Attributes of a record that are not part of the task. */
const OWN = new Set(['pk', 'open', 'takeableFrom', 'shown', 'expires'])

export function toItem(task: StoredTask): Item {
  const from = takeableFrom(task)
  return {
    ...taskKey(task.id),
    ...task,
    ...(from === undefined ? {} : { open: 'yes', takeableFrom: from }),
    ...(task.state === CREATED ? { expires: expiryOf(task) } : { shown: 'yes' }),
  }
}

export function fromItem(item: Item): StoredTask {
  return Object.fromEntries(Object.entries(item).filter(([key]) => !OWN.has(key))) as unknown as StoredTask
}

/** Leads from a token to its task; expires with a task that never got its picture. */
export function tokenItem(task: StoredTask): Item {
  return {
    ...tokenKey(task.token ?? ''),
    id: task.id,
    ...(task.state === CREATED ? { expires: expiryOf(task) } : {}),
  }
}

/** In seconds, as DynamoDB's time to live requires. */
const expiryOf = (task: StoredTask): number => Math.ceil((task.createdAt + CREATED_MS) / 1000)
