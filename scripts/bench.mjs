import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './lib/places.mjs'
import { runTypeScript } from './lib/run.mjs'
import { setup } from './lib/setup.mjs'
import { runScript, SetupError } from './lib/steps.mjs'

const folder = join('test', 'bench')

/** `npm run bench -- <name> [--json]`: set-up, then the benchmark `test/bench/<name>.ts` under Node 24. */
await runScript(async () => {
  const [name = '', ...args] = process.argv.slice(2)
  const names = readdirSync(join(repository, folder)).flatMap((file) => /^(.+)\.ts$/.exec(file)?.[1] ?? [])
  if (!names.includes(name)) throw new SetupError(`usage: npm run bench -- ${names.join(' | ')} [--json]`)
  await setup()
  return runTypeScript(join(folder, `${name}.ts`), args)
})
