import { runTypeScript } from './lib/run.mjs'
import { runScript } from './lib/steps.mjs'

/** `npm run photos:upload -- FILE [N]`: uploads a picture under Node 24. */
await runScript(() => runTypeScript('scripts/photos-upload.ts', process.argv.slice(2)))
