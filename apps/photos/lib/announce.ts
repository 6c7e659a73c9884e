import type { Peer } from '../../lib/peer.ts'
import { onStop, stopping } from '../../lib/stopping.ts'
import type { Service } from './ports.ts'

/** The key-value store forgets a key after 15 s. */
const EVERY_MS = 5000

/**
 * Tells the key-value store where a service is, now and every 5 s. A missing store is no problem: the
 * services of a fleet do not need it.
 * @param told called once the store knows, and again each time the store comes back
 * @returns after the first attempt
 */
export async function announce(
  store: Peer,
  service: Service,
  place: string,
  told: () => void,
): Promise<void> {
  let isKnown = false
  const tell = async (): Promise<void> => {
    if (stopping()) return
    const wasKnown = isKnown
    isKnown = await isTold(store, `/${service}endpoint`, place)
    if (isKnown && !wasKnown) told()
  }
  await tell()
  const timer = setInterval(() => {
    tell().catch((error: unknown) => console.error('announcing failed:', error))
  }, EVERY_MS)
  timer.unref()
  onStop(() => clearInterval(timer))
}

async function isTold(store: Peer, path: string, place: string): Promise<boolean> {
  try {
    const body = JSON.stringify(place)
    const answer = await store.fetch(path, { method: 'POST', body, again: true, timeoutMs: 1000 })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}
