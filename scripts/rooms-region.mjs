import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repository } from './lib/places.mjs'
import { regionRooms } from './lib/region-rooms.mjs'
import { setup } from './lib/setup.mjs'
import { runScript, SetupError } from './lib/steps.mjs'

/** `npm run docs:rooms`: redraws the rooms from the imports, into docs/. */
await runScript(async () => {
  await setup({ tests: true })
  const { code, output } = await regionRooms()
  if (code !== 0) throw new SetupError(`the rooms of local/region cannot be drawn: ${output}`)
  await writeFile(join(repository, 'docs', 'rooms-region.md'), output)
  return 0
})
