import { appendFileSync } from 'node:fs'
import { expect } from '@jest/globals'

/**
 * Set up before each test file of the measurement: notes which places of core/ the file's tests come by, each
 * once.
 */
const seen = new Set()
globalThis.nanofleetReachedBy = (place) => {
  if (seen.has(place)) return
  seen.add(place)
  appendFileSync(process.env.NANOFLEET_REACHED, `${place} ${expect.getState().testPath}\n`)
}
