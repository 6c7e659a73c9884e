import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** The repository whose apps are pushed, which `nanofleet control` names; else the checkout. */
export const appsRoot = (checkout) => process.env.NANOFLEET_ROOT || checkout

/**
 * What the running local region says about itself: `.nanofleet/local/state.json`, or the file in the folder
 * `$NANOFLEET_STATE`. Null when none was started.
 */
export function localRegion() {
  const folder = process.env.NANOFLEET_STATE ?? '.nanofleet/local'
  const file = resolve(folder, 'state.json')
  let text
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(
      `${file} is not valid JSON; stop the region with "npx nanofleet local down" and start it again`,
      { cause },
    )
  }
}

/** Variable for serverless.yml: `${file(resources/plugin/local-region.js):vpcCidr}`. */
export const vpcCidr = () => localRegion()?.vpcCidr ?? '127.77.0.0/16'
