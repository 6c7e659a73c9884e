import { createServer } from 'node:net'

/**
 * Whether a listener could be opened right now. JavaScript, because set-up asks before the Node that reads
 * TypeScript is installed.
 * @param {string} host
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export function isFree(host, port) {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)))
  })
}
