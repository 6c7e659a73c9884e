import { appendFileSync } from 'node:fs'
import { expect } from '@jest/globals'

/** Loaded before each measured test file: records which places of core/ the file's tests reach, each once. */
const seen = new Set()
globalThis.nanofleetReachedBy = (place) => {
  if (seen.has(place)) return
  seen.add(place)
  appendFileSync(process.env.NANOFLEET_REACHED, `${place} ${expect.getState().testPath}\n`)
}
