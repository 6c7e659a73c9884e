// @ts-check
/**
 * A task as the gallery shows it. The service makes the page's first cards with this, and the browser all
 * later ones, so both look the same.
 */

/**
 * @typedef {object} Task what the page needs from a task; docs/apps/photos.md has all of it
 * @property {number} id
 * @property {number} state
 * @property {string} [filter]
 * @property {number} [attempt]
 * @property {string} [worker]
 * @property {string} [name]
 * @property {number} [width]
 * @property {number} [height]
 * @property {number} createdAt milliseconds since 1970
 * @property {number} changedAt
 * @property {number} [finishedAt]
 * @property {string | null} [reason]
 */

/** @typedef {'arriving' | 'waiting' | 'working' | 'done' | 'failed'} State */

/** @type {Record<string, State>} */
const STATES = { '-1': 'arriving', 0: 'waiting', 1: 'working', 2: 'done', 3: 'failed' }

/**
 * The state in words; `arriving` has no picture yet.
 * @param {Task} task
 */
export const stateOf = (task) => STATES[task.state] ?? 'waiting'

/**
 * The picture's title for people.
 * @param {Task} task
 */
export const titleOf = (task) => task.name || `Picture ${task.id}`

/**
 * An HTML list item.
 * @param {Task} task
 */
export function card(task) {
  const state = stateOf(task)
  return `<li class="photo ${state}" id="photo-${task.id}" data-id="${task.id}" tabindex="-1">
<div class="frame">${state === 'done' ? comparison(task) : placeholder(state)}</div>
<div class="about"><h3 title="${escapeHtml(titleOf(task))}">${escapeHtml(titleOf(task))}</h3><span class="state">${state}</span>
<p class="facts">${facts(task).map(escapeHtml).join(' <span aria-hidden="true">·</span> ')}</p>${reason(task, state)}${links(task, state)}</div></li>`
}

/**
 * Both previews on top of each other; the slider sets how much of the lower one is visible.
 * @param {Task} task
 */
function comparison(task) {
  const title = escapeHtml(titleOf(task))
  const size = task.width && task.height ? ` width="${task.width}" height="${task.height}"` : ''
  const image = (/** @type {string} */ of, /** @type {string} */ text) =>
    `<img class="${of}" src="/photo/${task.id}/${of}" alt="${text}" loading="lazy" decoding="async"${size}>`
  const after = image('after', `${title}, after the filter ${escapeHtml(task.filter ?? '')}`)
  return `${after}${image('before', `${title}, before`)}<span class="handle" aria-hidden="true"></span>
<input type="range" min="0" max="100" value="50" aria-label="How much of ${title} is shown as it was before, in percent">`
}

/**
 * The placeholder for the picture; the style sheet draws everything but the failure mark.
 * @param {State} state
 */
function placeholder(state) {
  return `<span class="mark" aria-hidden="true">${state === 'failed' ? '!' : ''}</span>`
}

/**
 * @param {Task} task
 * @returns {string[]}
 */
function facts(task) {
  const found = [task.filter ?? '']
  if (task.finishedAt !== undefined && task.state === 2)
    found.push(duration(task.finishedAt - task.createdAt))
  if (task.worker) found.push(`by ${task.worker}`)
  if (task.attempt !== undefined && task.attempt > 1) found.push(`attempt ${task.attempt}`)
  return found.filter((text) => text !== '')
}

/**
 * @param {Task} task
 * @param {State} state
 */
function reason(task, state) {
  if (!task.reason || state === 'done') return ''
  const before = state === 'failed' ? '' : 'An attempt failed: '
  return `<p class="reason">${before}${escapeHtml(task.reason)}</p>`
}

/**
 * @param {Task} task
 * @param {State} state
 */
function links(task, state) {
  if (state !== 'done') return ''
  const link = (/** @type {string} */ of, /** @type {string} */ text) =>
    `<a href="/photo/${task.id}/${of}">${text}<span class="hidden"> of ${escapeHtml(titleOf(task))}</span></a>`
  return `<p class="links">${link('result', 'Result')}</p>`
}

/**
 * Seconds with one decimal, or minutes.
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** @param {string} text */
export function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
