import { setup } from './lib/setup.mjs'
import { runScript } from './lib/steps.mjs'

/** `npm run setup [-- --tests]`: installs and compiles what is missing, and starts nothing. */
await runScript(async () => {
  const { notes } = await setup({ tests: process.argv.includes('--tests') })
  for (const note of notes) process.stdout.write(`${note}\n`)
  process.stdout.write('Ready. Next: npm run demo\n')
  return 0
})
