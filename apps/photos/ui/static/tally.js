// @ts-check
import { stateOf } from './card.js'

/** @typedef {import('./card.js').Task} Task */

/**
 * Whether this version of a task is newer than the known one. Events may come twice and late; of two versions
 * from the same millisecond the later attempt is newer, then the later state.
 * @param {Task | undefined} known
 * @param {Task} task
 */
export function isNews(known, task) {
  if (known === undefined) return true
  const order = [
    task.changedAt - known.changedAt,
    (task.attempt ?? 0) - (known.attempt ?? 0),
    task.state - known.state,
  ]
  return (order.find((difference) => difference !== 0) ?? 0) > 0
}

/**
 * How many tasks are in each state.
 * @param {Iterable<Task>} tasks
 */
export function tally(tasks) {
  const counts = { arriving: 0, waiting: 0, working: 0, done: 0, failed: 0 }
  for (const task of tasks) counts[stateOf(task)] += 1
  return counts
}

/**
 * Whether a task that the page does not show belongs in its gallery: it has a picture, and it is not older
 * than what "more" would add.
 * @param {Task} task
 * @param {{oldest: number | null, whole: boolean}} shown the oldest id shown, null for none, and whether
 * there are no older ones
 */
export function belongs(task, { oldest, whole }) {
  return stateOf(task) !== 'arriving' && (whole || task.id >= (oldest ?? 0))
}
