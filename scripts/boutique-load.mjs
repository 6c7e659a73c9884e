import { runTypeScript } from './lib/run.mjs'
import { runScript } from './lib/steps.mjs'

/** `npm run boutique:load -- --users 50`: sends shoppers to the boutique under Node 24. */
await runScript(() => runTypeScript('apps/boutique/loadgenerator/main.ts', process.argv.slice(2)))
