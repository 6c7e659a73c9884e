import { isPassing, pauseAfter, TRIES } from './backoff.js'

/** An upload that makes no progress for this long is restarted. */
const STUCK_MS = 30_000

/**
 * Identifies one file in all attempts, so that the service knows when it already has the file. Made of random
 * bytes, because pages without HTTPS lack `crypto.randomUUID`.
 */
export function makeToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Sends one file, and retries while that may help.
 * @param {{file: File, filter: string, token: string}} upload
 * @param {{progress: (share: number) => void, waiting: (sentence: string) => void}} tell
 * @returns {Promise<{task?: object, problem?: string, mayRetry?: boolean}>} the task, or a problem for people
 * to read
 */
export async function send(upload, tell) {
  for (let tried = 1; ; tried += 1) {
    const { status, text } = await attempt(upload, tell.progress)
    if (status === 200 || status === 201) return { task: JSON.parse(text) }
    if (!isPassing(status)) return { problem: sentence(text, status), mayRetry: false }
    if (tried === TRIES) {
      return { problem: 'The services could not be reached; the picture was not sent.', mayRetry: true }
    }
    const pause = pauseAfter(tried)
    tell.waiting(`No connection. Retrying in ${Math.ceil(pause / 1000)} s`)
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

/** Status 0 means no answer. XMLHttpRequest, because fetch reports no upload progress. */
function attempt({ file, filter, token }, progress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    let stuck
    const moved = () => {
      clearTimeout(stuck)
      stuck = setTimeout(() => request.abort(), STUCK_MS)
    }
    request.open('POST', '/upload')
    request.setRequestHeader('accept', 'application/json')
    request.upload.addEventListener('progress', (event) => {
      moved()
      if (event.lengthComputable) progress(event.loaded / event.total)
    })
    request.addEventListener('loadend', () => {
      clearTimeout(stuck)
      resolve({ status: request.status, text: request.responseText })
    })
    const form = new FormData()
    // The fields come before the picture: the service reads the form as it streams in.
    form.append('token', token)
    form.append('filter', filter)
    form.append('image', file, file.name)
    moved()
    request.send(form)
  })
}

/** A proxy answers with a whole page, which is of no use to people. */
function sentence(text, status) {
  return text && !text.trimStart().startsWith('<') ? text : `The service refused it (${status}).`
}
