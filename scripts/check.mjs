import { runChecks } from './lib/checks.mjs'
import { setup } from './lib/setup.mjs'
import { runScript } from './lib/steps.mjs'

/** `npm run check`: set-up, then every check that needs no running part. */
await runScript(async () => {
  await setup({ tests: true })
  const { failed } = await runChecks()
  return failed.length > 0 ? 1 : 0
})
