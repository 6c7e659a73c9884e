import { card, stateOf } from './card.js'
import { belongs, isNews, tally } from './tally.js'

/** How many pictures "more" adds. */
const PAGE = 24

/** The pictures on the page: newest first, each in its newest known version. */
export class Gallery {
  #tasks = new Map()
  #list = document.querySelector('#gallery')
  #pinned = document.querySelector('#pinned')
  #more = document.querySelector('#more')
  #empty = document.querySelector('#empty')
  #counts = document.querySelectorAll('#counts [data-count]')
  #oldest
  #whole

  /** @param {{tasks: object[], oldest: number | null, whole: boolean}} first what the page was loaded with */
  constructor({ tasks, oldest, whole }) {
    for (const task of tasks) this.#tasks.set(task.id, task)
    this.#oldest = oldest
    this.#whole = whole
    this.#more.addEventListener('click', async (event) => {
      event.preventDefault()
      await this.bringMore()
    })
    this.#summarize()
  }

  /** Shows a task, or its newer version. Returns whether the page has changed. */
  show(task) {
    const known = this.#tasks.get(task.id)
    if (!isNews(known, task)) return false
    const item = document.querySelector(`#photo-${task.id}`)
    if (!item && !belongs(task, { oldest: this.#oldest, whole: this.#whole })) return false
    this.#tasks.set(task.id, task)
    if (item) replace(item, task)
    else this.#insert(task)
    this.#summarize()
    return true
  }

  #insert(task) {
    const next = [...this.#list.children].find((other) => Number(other.dataset.id) < task.id)
    const item = toItem(task)
    item.classList.add('new')
    this.#list.insertBefore(item, next ?? null)
    this.#oldest = Math.min(this.#oldest ?? task.id, task.id)
  }

  /** Shows older pictures, or the newest when there are none yet. Returns whether they came. */
  async bringMore() {
    if (this.#more.getAttribute('aria-busy') === 'true') return false
    this.#more.setAttribute('aria-busy', 'true')
    const note = document.querySelector('#more-note')
    note.textContent = ''
    try {
      const before = this.#oldest === null ? '' : `before=${this.#oldest}&`
      const response = await fetch(`/tasks?${before}limit=${PAGE}`)
      if (!response.ok) throw new Error(await response.text())
      const { tasks } = await response.json()
      this.#whole = tasks.length < PAGE
      for (const task of tasks) {
        this.#oldest = Math.min(this.#oldest ?? task.id, task.id)
        this.show(task)
      }
      // If the button has the focus, it moves to the first picture that was added.
      if (document.activeElement === this.#more) this.#focus(tasks)
      return true
    } catch {
      note.textContent = 'The older pictures cannot be loaded right now. Please try again in a moment.'
      return false
    } finally {
      this.#more.removeAttribute('aria-busy')
      this.#summarize()
    }
  }

  #focus(tasks) {
    const shown = tasks.find(({ id }) => document.querySelector(`#photo-${id}`))
    document.querySelector(`#photo-${shown?.id}`)?.focus({ preventScroll: true })
  }

  #summarize() {
    const counts = tally(this.#tasks.values())
    for (const count of this.#counts) count.textContent = counts[count.dataset.count]
    this.#more.hidden = this.#whole
    this.#more.href = `/?before=${this.#oldest ?? ''}`
    this.#empty.hidden =
      !this.#whole || this.#list.childElementCount + (this.#pinned?.childElementCount ?? 0) > 0
  }
}

function toItem(task) {
  const template = document.createElement('template')
  template.innerHTML = card(task)
  return template.content.firstElementChild
}

/** Replaces a card and keeps the focus; one with a new picture fades in. */
function replace(item, task) {
  const hadFocus = item.contains(document.activeElement)
  const next = toItem(task)
  if (stateOf(task) === 'done') next.classList.add('new')
  item.replaceWith(next)
  if (hadFocus) next.focus({ preventScroll: true })
}
