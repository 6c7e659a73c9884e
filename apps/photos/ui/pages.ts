import type { ServerResponse } from 'node:http'
import type { Task } from '../lib/task.ts'
import { uploadForm } from './form.ts'
import { layout } from './layout.ts'
import { card, escapeHtml, stateOf, titleOf } from './static/card.js'
import { tally } from './static/tally.js'

/** How many pictures the page starts with, and how many "more" adds. */
export const PAGE = 24

/** What the gallery shows first. */
export interface Shown {
  /** Newest id first; tasks whose picture has not arrived are known but not shown. */
  tasks: readonly Task[]
  /** The one on top. */
  pinned?: Task | undefined
  /** Why the gallery is incomplete, for people to read. */
  trouble?: string | undefined
  /** Whether the pictures could not be read. */
  failed?: boolean
}

/** Answers with a page. It is made for one moment and one browser, so it must not be cached. */
export function sendPage(response: ServerResponse, status: number, html: string): void {
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(html)
}

/** The page with the form, counters and gallery. */
export function galleryPage({ tasks, pinned, trouble = '', failed = false }: Shown): string {
  const known = [...(pinned ? [pinned] : []), ...tasks.filter(({ id }) => id !== pinned?.id)]
  const cards = known.filter((task) => task !== pinned && stateOf(task) !== 'arriving')
  const first = {
    tasks: known,
    oldest: tasks.at(-1)?.id ?? null,
    whole: tasks.length < PAGE && !failed,
    since: failed ? Date.now() : Math.max(0, ...known.map(({ changedAt }) => changedAt)),
    failed,
  }
  const isEmpty = cards.length === 0 && pinned === undefined && !failed
  const body = `<header>
<h1><a href="/">Photos</a></h1>
<p class="status"><span id="live" role="status">Connecting</span></p>
</header>
<main>
<div id="trouble" class="banner" role="alert"${trouble ? '' : ' hidden'}><p>${escapeHtml(trouble)}</p></div>
<section aria-labelledby="add"><h2 id="add" class="hidden">Add pictures</h2>
${uploadForm()}
<ol id="uploads" aria-label="Files on their way"></ol></section>
${pinned ? pinnedSection(pinned) : ''}<section aria-labelledby="pictures"><div class="heading"><h2 id="pictures">Gallery</h2>${counters(known)}</div>
<div id="empty"${isEmpty ? '' : ' hidden'}><p><b>No pictures yet.</b> Choose one above: a worker applies the filter, and it appears here by itself.</p></div>
<ol id="gallery" class="photos">${cards.map(card).join('\n')}</ol>
<p class="more"><a id="more" class="button" href="/?before=${first.oldest ?? ''}"${first.whole || failed ? ' hidden' : ''}>More pictures</a>
<span id="more-note" role="status"></span></p></section>
</main>
<footer><p>An example app of Nanofleet. Workers may come and go; each picture is processed once.</p></footer>
<div id="announcer" class="hidden" role="status"></div>
<script type="application/json" id="first">${JSON.stringify(first).replaceAll('<', '\\u003c')}</script>`
  const isUnfinished = pinned !== undefined && ['arriving', 'waiting', 'working'].includes(stateOf(pinned))
  return layout({ title: 'Photos', body, isUnfinished, isLive: true })
}

/**
 * The page with only the form, for browsers without JavaScript; with the sentence that refused the last
 * upload.
 */
export function uploadPage(refusal = ''): string {
  const banner = refusal ? `<div class="banner" role="alert"><p>${escapeHtml(refusal)}</p></div>` : ''
  const body = `<header><h1><a href="/">Photos</a></h1></header>
<main class="narrow">${banner}<h2>Add a picture</h2>
${uploadForm()}
<p><a href="/">Back to the gallery</a></p></main>`
  return layout({ title: 'Add a picture', body })
}

function pinnedSection(task: Task): string {
  return `<section aria-label="${escapeHtml(titleOf(task))}"><ol id="pinned" class="photos one">${card(task)}</ol></section>
`
}

/** Counts the pictures on the page. */
function counters(tasks: readonly Task[]): string {
  const counts = tally(tasks)
  const terms = (['waiting', 'working', 'done', 'failed'] as const).map(
    (state) => `<div class="${state}"><dt>${state}</dt><dd data-count="${state}">${counts[state]}</dd></div>`,
  )
  return `<dl id="counts" aria-label="Pictures on this page">${terms.join('')}</dl>`
}
