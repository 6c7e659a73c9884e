import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { StaticFiles } from '../../lib/static-files.ts'
import type { Author } from './event.ts'

/** The browser runs and shows only what this service serves. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

/** Adds the headers that protect a page to every answer. */
export function withSafeHeaders(listener: RequestListener): RequestListener {
  return (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    return listener(request, response)
  }
}

/** A browser names HTML among what it wants, curl takes anything. A look ahead sends no event. */
export const prefersPage = ({ headers, method }: IncomingMessage): boolean =>
  method === 'HEAD' || /\btext\/html\b/i.test(headers.accept ?? '')

export function sendPage(response: ServerResponse, html: string): void {
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .end(html)
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`)

/** The page: its script fills it from `GET /feed`. */
export function page(
  files: Pick<StaticFiles, 'address'>,
  { version, instance, topic }: Author & { topic: string },
): string {
  const file = (name: string) => files.address(`/static/${name}`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Events</title>
<link rel="icon" href="${file('icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${file('style.css')}">
<link rel="stylesheet" href="${file('events.css')}">
<script type="module" src="/static/page.js"></script>
</head>
<body>
<header>
<div><h1>Events</h1>
<p class="quiet">Written by a service in TypeScript, read by another one in Go, through Kafka.</p></div>
<p><span id="live" role="status">Connecting</span></p>
</header>
<main>
<section aria-labelledby="send-title">
<h2 id="send-title" class="hidden">Send an event</h2>
<form id="send">
<label class="what">What happened<input name="what" maxlength="200" required placeholder="A parcel left the house" autocomplete="off"></label>
<label>Key <span class="quiet">(same key, same order)</span><input name="key" maxlength="40" placeholder="parcel-7" autocomplete="off"></label>
<div class="buttons"><button type="submit">Send</button>
<button type="button" id="ten" class="plain">Send ten</button></div>
</form>
<p id="trouble" class="banner" role="alert" hidden></p>
</section>
<section aria-labelledby="now-title">
<h2 id="now-title" class="hidden">Right now</h2>
<dl id="counts">
<div><dd data-count="written">0</dd><dt>written</dt></div>
<div><dd data-count="read">0</dd><dt>read</dt></div>
<div><dd data-count="waiting">0</dd><dt>not read yet</dt></div>
<div><dd data-count="took">–</dd><dt>from writing to reading, usually</dt></div>
</dl>
</section>
<section aria-labelledby="lanes-title">
<div class="heading"><h2 id="lanes-title">Partitions</h2><ul id="readers" aria-label="Who reads"></ul></div>
<p class="quiet hint">Every square is an event: hollow when it is written, filled in the colour of the instance that read it.</p>
<ol id="lanes"></ol>
</section>
<section aria-labelledby="list-title">
<h2 id="list-title">Latest events</h2>
<p id="empty"><b>No events yet.</b> Send one above: it appears here when the brokers have it, and changes when it is read.</p>
<div id="scroll" hidden><table>
<thead><tr><th scope="col">Written</th><th scope="col">What</th><th scope="col">Key</th><th scope="col">Place</th><th scope="col">Read by</th></tr></thead>
<tbody id="events"></tbody>
</table></div>
</section>
</main>
<footer><p class="quiet">Topic ${escaped(topic)}, version ${escaped(version)}, on ${escaped(instance)}. <code>curl</code> of this address sends an event and says its id.</p></footer>
<div id="announcer" class="hidden" role="status"></div>
</body>
</html>
`
}
