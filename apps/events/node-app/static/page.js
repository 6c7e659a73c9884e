import { duration, Model, took, wordsOf } from './model.js'

const AGAIN_MS = 1500
/** A hidden page closes its connection after this time. */
const HIDDEN_MS = 60_000
const [SQUARES, ROWS, COLOURS] = [40, 50, 6]

const model = new Model()
const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id))
let drawn = false

/** Drawn once a frame, however much happens. */
function draw() {
  if (drawn) return
  drawn = true
  requestAnimationFrame(() => {
    drawn = false
    const counts = { ...model.counts() }
    for (const [name, value] of Object.entries({ ...counts, took: duration(counts.took) }))
      fill(`[data-count=${name}]`, String(value))
    at('empty').hidden = model.events.size > 0
    at('scroll').hidden = model.events.size === 0
    at('readers').replaceChildren(...model.readers.map((name) => element('li', colour(name), name)))
    at('lanes').replaceChildren(...model.lanes(SQUARES).map(lane))
    at('events').replaceChildren(...model.latest(ROWS).map(row))
  })
}

/** @param {string} selector @param {string} text */
function fill(selector, text) {
  const place = document.querySelector(selector)
  if (place && place.textContent !== text) place.textContent = text
}

/** @param {string} name @param {string} kind @param {...(string | Node)} children */
function element(name, kind, ...children) {
  const made = document.createElement(name)
  if (kind) made.className = kind
  made.append(...children)
  return made
}

const colour = (/** @type {string} */ reader) => `reader c${model.readers.indexOf(reader) % COLOURS}`

/** @param {{partition: number, events: any[]}} lane */
function lane({ partition, events }) {
  const squares = events.map((event) => {
    const square = element('span', event.reader ? `square ${colour(event.reader)}` : 'square')
    if (event.outcome === 'dead') square.classList.add('dead')
    square.title = `offset ${event.offset}: ${event.reader ? `read by ${event.reader}` : 'not read yet'}`
    return square
  })
  const strip = element('span', 'strip', ...squares)
  strip.setAttribute('aria-hidden', 'true')
  const unread = events.filter((event) => !event.reader).length
  const state = unread === 0 ? 'all read' : `${unread} not read yet`
  return element('li', '', element('span', 'name', `${partition}`), strip, element('span', 'quiet', state))
}

/** @param {any} event */
function row(event) {
  const key = event.key === event.id ? element('span', 'quiet', 'none') : event.key
  const who = event.reader
    ? element(
        'span',
        '',
        element('span', colour(event.reader), event.reader),
        event.outcome === 'dead' ? element('b', 'dead', ` given up after ${event.attempt} tries`) : '',
        element('span', 'quiet', ` after ${duration(took(event))}`),
      )
    : element('span', 'quiet', 'not yet')
  const when = event.at ? new Date(event.at).toLocaleTimeString() : '–'
  const what = element('td', '', wordsOf(event.body), element('code', 'id', event.id))
  const cells = [element('td', '', when), what, element('td', '', key)]
  const place = `${event.partition} / ${event.offset}`
  const made = element('tr', event.reader ? 'done' : 'waiting', ...cells)
  made.append(element('td', '', place), element('td', '', who))
  const titles = ['Written', 'What', 'Key', 'Place', 'Read by']
  for (const [index, cell] of [...made.children].entries())
    cell.setAttribute('data-title', titles[index] ?? '')
  made.id = `event-${event.id}`
  return made
}

/** @param {boolean} connected */
function show(connected) {
  at('live').textContent = connected ? 'Live' : 'Connecting'
  at('live').classList.toggle('live', connected)
}

/** @type {EventSource | undefined} */
let source
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer

function stop() {
  clearTimeout(timer)
  source?.close()
  source = undefined
}

/** A browser reconnects by itself when a stream ends, but gives up on an answer such as 503. */
function start() {
  stop()
  source = new EventSource('/feed')
  source.addEventListener('written', (event) => {
    model.written(JSON.parse(event.data))
    draw()
  })
  source.addEventListener('read', (event) => {
    model.read(JSON.parse(event.data))
    draw()
  })
  source.addEventListener('live', () => show(true))
  source.addEventListener('error', () => {
    show(false)
    if (source?.readyState === EventSource.CLOSED) timer = setTimeout(start, AGAIN_MS)
  })
}

/** @param {string} what @param {string} key */
async function send(what, key) {
  const query = key ? `?key=${encodeURIComponent(key)}` : ''
  const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }
  // A lost answer is asked for again: the key keeps the event from being written twice.
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await fetch(`/events${query}`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ what }),
      })
      if (answer.ok) return await answer.json()
      if (answer.status !== 503 || attempt === 3) throw new Error(await answer.text())
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      if (attempt === 3) throw new Error('The service does not answer; try again in a few seconds.')
    }
    await new Promise((resolve) => setTimeout(resolve, 500 * attempt))
  }
}

/** @param {number} count */
async function submit(count) {
  const form = /** @type {HTMLFormElement} */ (at('send'))
  if (!form.reportValidity()) return
  const { what, key } = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)))
  at('trouble').hidden = true
  try {
    const texts = Array.from({ length: count }, (_, index) => (count > 1 ? `${what} (${index + 1})` : what))
    const sent = await Promise.all(texts.map((text) => send(text ?? '', key ?? '')))
    at('announcer').textContent = count > 1 ? `${count} events sent` : `Event sent: ${sent[0].id}`
  } catch (error) {
    at('trouble').textContent = error instanceof Error ? error.message : String(error)
    at('trouble').hidden = false
  }
}

at('send').addEventListener('submit', (event) => {
  event.preventDefault()
  void submit(1)
})
at('ten').addEventListener('click', () => void submit(10))

/** @type {ReturnType<typeof setTimeout> | undefined} */
let hidden
document.addEventListener('visibilitychange', () => {
  clearTimeout(hidden)
  if (document.hidden) hidden = setTimeout(stop, HIDDEN_MS)
  else if (source === undefined) start()
})
addEventListener('pagehide', stop)
addEventListener('pageshow', (event) => {
  if (event.persisted) start()
})
start()
