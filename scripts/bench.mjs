import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './lib/places.mjs'
import { runTypeScript } from './lib/run.mjs'
import { setup } from './lib/setup.mjs'
import { runScript, SetupError } from './lib/steps.mjs'

/** `npm run bench -- <name> [options]`: set-up, then the measurement `bench/<name>.ts` under Node 24. */
await runScript(async () => {
  const [name = '', ...args] = process.argv.slice(2)
  const folder = join(repository, 'bench')
  const names = existsSync(folder)
    ? readdirSync(folder).flatMap((file) => /^(.+)\.ts$/.exec(file)?.[1] ?? [])
    : []
  if (!names.includes(name)) throw new SetupError(`usage: npm run bench -- <${names.join(' | ')}>`)
  await setup()
  return runTypeScript(join('bench', `${name}.ts`), args)
})
