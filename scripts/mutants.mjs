import { runTypeScript } from './lib/run.mjs'
import { setup } from './lib/setup.mjs'
import { runScript } from './lib/steps.mjs'

/** `npm run mutants [-- options]`: the packages, then the sample of mutants under Node 24. */
await runScript(async () => {
  await setup({ only: 'npm' })
  return runTypeScript('scripts/mutants.ts', process.argv.slice(2))
})
