import { randomBytes } from 'node:crypto'
import { DEFAULT_FILTER, FILTERS } from '../lib/filters.ts'
import { READABLE_KINDS } from '../lib/kinds.ts'

/** Listed in full, so that phones convert pictures in their own formats into one of these. */
const ACCEPTED = READABLE_KINDS.map((kind) => `image/${kind}`).join(',')

/**
 * The upload form. It works without JavaScript; with it, files are sent as soon as they are chosen or
 * dropped, each with its own token. Fields come before the file, because `master` reads the form as it
 * streams in.
 */
export function uploadForm(): string {
  const options = FILTERS.map(
    (name) => `<option${name === DEFAULT_FILTER ? ' selected' : ''}>${name}</option>`,
  ).join('')
  return `<form id="upload" method="post" action="/upload" enctype="multipart/form-data">
<input type="hidden" name="token" value="${randomBytes(16).toString('hex')}">
<label class="filter">Filter <select name="filter">${options}</select></label>
<div class="choose">
<label class="drop"><input type="file" name="image" accept="${ACCEPTED}" required>
<b>Choose pictures</b><span class="hint"> or drop them anywhere on this page</span></label>
<label class="camera"><input type="file" accept="image/*" capture="environment"><b>Take a picture</b></label>
</div>
<p class="limits">JPEG, PNG, WebP, GIF, TIFF or AVIF, up to 50 MB and 100 megapixels each.</p>
<button class="plain">Send</button>
</form>`
}
