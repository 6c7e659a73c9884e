import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { NanofleetError } from '../../../core/base/errors.ts'
import { bundles } from '../../../scripts/bundles/bundles.mjs'

/** The results of calling a function in its own process. */
export interface Calls {
  results: unknown[]
  milliseconds: number[]
  /** Processor time in milliseconds: does not depend on what else the machine does. */
  processor: number[]
  peakMegabytes: number
}

const DRIVER = `
const { handler } = await import(process.argv[1])
const out = { results: [], milliseconds: [], processor: [] }
for (let call = 0; call < Number(process.argv[2]); call++) {
  const begin = performance.now()
  const used = process.cpuUsage()
  out.results.push(await handler({}, { functionName: 'bench', awsRequestId: 'bench', getRemainingTimeInMillis: () => 50000 }))
  out.milliseconds.push(performance.now() - begin)
  const { user, system } = process.cpuUsage(used)
  out.processor.push((user + system) / 1000)
}
out.peakMegabytes = process.resourceUsage().maxRSS / 1024
process.stderr.write(JSON.stringify(out))
`

/**
 * Bundles a function as it is shipped and calls it repeatedly in its own process.
 * @param megabytes the function's memory; the heap gets the same share of it as in Lambda's runtime
 */
export async function callAlone(
  name: string,
  calls: number,
  environment: Record<string, string>,
  megabytes: number,
): Promise<Calls> {
  const folder = await mkdtemp(join(tmpdir(), 'nanofleet-function-'))
  try {
    const file = join(folder, `${name}.mjs`)
    const bundle = (await bundles([name])).get(name)
    await writeFile(file, bundle?.contents ?? '')
    const child = spawn(
      process.execPath,
      [
        `--max-old-space-size=${Math.floor(megabytes * 0.9)}`,
        `--max-semi-space-size=${Math.floor(megabytes * 0.05)}`,
        '--input-type=module',
        '-e',
        DRIVER,
        pathToFileURL(file).href,
        String(calls),
      ],
      { env: { PATH: process.env.PATH ?? '', ...environment }, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    const said = await text(child.stderr)
    try {
      return JSON.parse(said) as Calls
    } catch (cause) {
      throw new NanofleetError(`the function ${name} failed: ${said.slice(0, 2000)}`, { cause })
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
