/**
 * Follows changes. A browser reconnects by itself when a stream ends, but gives up on an answer such as 503:
 * then the stream is restarted from the last event.
 */

const AGAIN_MS = 1500
/** A hidden page closes its connection after this time. */
const HIDDEN_MS = 60_000

/**
 * @param {number} since the time of the newest change that the page knows
 * @param {{task: (task: object) => void, connected: (connected: boolean) => void, trouble: (sentence: string)
 * => void}} tell
 */
export function follow(since, tell) {
  let source
  let last = since
  let timer
  let hidden

  const stop = () => {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }
  const start = () => {
    stop()
    source = new EventSource(`/events?since=${last}`)
    source.addEventListener('open', () => tell.connected(true))
    source.addEventListener('task', (event) => {
      last = Math.max(last, Number(event.lastEventId) || 0)
      tell.task(JSON.parse(event.data))
    })
    source.addEventListener('trouble', (event) => tell.trouble(JSON.parse(event.data).sentence))
    source.addEventListener('error', () => {
      tell.connected(false)
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(start, AGAIN_MS)
    })
  }

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
}
