import { runTypeScript } from './lib/run.mjs'
import { setup } from './lib/setup.mjs'
import { runScript } from './lib/steps.mjs'

/** `npm run demo [-- --once]`: set-up, then the demo itself under Node 24. */
await runScript(async () => {
  await setup()
  return runTypeScript('scripts/demo.ts', process.argv.slice(2))
})
