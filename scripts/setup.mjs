import { setup } from './lib/setup.mjs'
import { runScript } from './lib/steps.mjs'

/**
 * `npm run setup [-- --tests]`: installs and compiles what is missing, and starts nothing. `nanofleet local
 * up` passes `--installed`: the npm packages are there.
 */
await runScript(async () => {
  const [tests, installed] = ['--tests', '--installed'].map((option) => process.argv.includes(option))
  const { notes } = await setup({ tests, installed })
  for (const note of notes) process.stdout.write(`${note}\n`)
  if (!installed) process.stdout.write('Ready. Next: npm run demo\n')
  return 0
})
