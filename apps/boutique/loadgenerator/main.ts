/** Load for the boutique: `node apps/boutique/loadgenerator/main.ts --help`. */
import { sendShoppers } from './crowd.ts'
import { HELP, readOptions, UsageProblem } from './options.ts'
import { asText, Tally } from './tally.ts'

const TOLD_EACH_MS = 5000

async function run(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) {
    console.log(HELP)
    return 0
  }
  const { url, users, durationMs, seed, json } = options
  console.error(`${users} shoppers for ${durationMs / 1000} s at ${url.origin}, seed ${seed}`)
  const tally = new Tally()
  const begin = performance.now()
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), durationMs)
  const told = setInterval(
    () => console.error(`${tally.actions} actions, ${tally.errors} errors`),
    TOLD_EACH_MS,
  )
  // The handlers stay: npm passes Ctrl-C on from the terminal, so a program gets it twice.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
  const requests = await sendShoppers(options, tally, stop.signal)
  clearTimeout(timer)
  clearInterval(told)
  const summary = tally.summary({ seconds: (performance.now() - begin) / 1000, requests })
  console.log(json ? JSON.stringify({ url: url.origin, seed, ...summary }, null, 2) : asText(summary))
  return tally.errors > 0 ? 1 : 0
}

try {
  process.exitCode = await run()
} catch (error) {
  if (!(error instanceof UsageProblem)) throw error
  console.error(error.message)
  process.exitCode = 2
}
