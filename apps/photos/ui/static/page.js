import { stateOf, titleOf } from './card.js'
import { Gallery } from './gallery.js'
import { follow } from './live.js'
import { Uploads } from './uploads.js'

const form = document.querySelector('#upload')
const inputs = form.querySelectorAll('input[type=file]')
const status = document.querySelector('#live')
const banner = document.querySelector('#trouble')
const announcer = document.querySelector('#announcer')

const first = JSON.parse(document.querySelector('#first').textContent)
const gallery = new Gallery(first)
/** The ids of what this page has sent: only these are announced to screen readers when they are done. */
const own = new Set()

const say = (sentence) => {
  announcer.textContent = sentence
}
const uploads = new Uploads((task) => {
  own.add(task.id)
  gallery.show(task)
}, say)

const add = (files) => uploads.add(files, new FormData(form).get('filter'))

for (const input of inputs) {
  input.multiple = !input.hasAttribute('capture')
  input.addEventListener('change', () => {
    add([...input.files])
    input.value = ''
  })
}
form.addEventListener('submit', (event) => event.preventDefault())

/** Files may be dropped anywhere; without this the browser would leave the page and show the file. */
let inside = 0
const carriesFiles = (event) => event.dataTransfer?.types.includes('Files')
addEventListener('dragenter', (event) => {
  if (!carriesFiles(event)) return
  inside += 1
  form.classList.add('over')
})
addEventListener('dragleave', () => {
  inside = Math.max(0, inside - 1)
  if (inside === 0) form.classList.remove('over')
})
addEventListener('dragover', (event) => {
  if (carriesFiles(event)) event.preventDefault()
})
addEventListener('drop', (event) => {
  inside = 0
  form.classList.remove('over')
  if (!carriesFiles(event)) return
  event.preventDefault()
  add([...event.dataTransfer.files])
})

/** The slider between before and after. */
document.addEventListener('input', (event) => {
  if (event.target.matches('.frame input')) {
    event.target.parentElement.style.setProperty('--at', `${event.target.value}%`)
  }
})

/** Only the first problem is shown. A short break, such as a replaced instance, is not worth showing. */
const AWAY_MS = 4000
const AWAY = 'The services are not answering right now. This page updates by itself when they are back.'
const sentence = banner.textContent.trim()
const wrong = { page: first.failed ? '' : sentence, services: first.failed ? sentence : '', stream: '' }
const tell = (what, text) => {
  wrong[what] = text
  const next = wrong.page || wrong.services || wrong.stream
  banner.hidden = next === ''
  banner.querySelector('p').textContent = next
}
let away

follow(first.since, {
  task(task) {
    if (!gallery.show(task) || !own.has(task.id)) return
    if (stateOf(task) === 'done') say(`${titleOf(task)} is done`)
    if (stateOf(task) === 'failed') say(`${titleOf(task)} failed: ${task.reason ?? ''}`)
  },
  connected(connected) {
    clearTimeout(away)
    status.textContent = connected ? 'Live' : 'Connecting'
    status.className = connected ? 'live' : ''
    if (connected) tell('stream', '')
    else away = setTimeout(tell, AWAY_MS, 'stream', AWAY)
  },
  trouble: (sentence) => tell('services', sentence),
})

/** Reloads pictures that failed to load while an instance was going away. */
const loads = new WeakMap()
document.addEventListener(
  'error',
  ({ target }) => {
    const tried = (loads.get(target) ?? 0) + 1
    if (target.localName !== 'img' || tried > 5) return
    loads.set(target, tried)
    setTimeout(() => target.setAttribute('src', target.getAttribute('src')), 1000 * tried)
  },
  true,
)

/** A page that was loaded without its pictures gets them as soon as they are available. */
if (first.failed) {
  while (!(await gallery.bringMore())) await new Promise((resolve) => setTimeout(resolve, 2000))
  tell('services', '')
}
