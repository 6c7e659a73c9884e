import { exitCodeOf } from '../cli/exit-codes.ts'
import { NanofleetError } from '../core/base/errors.ts'
import { readSettings } from '../local/settings.ts'
import { findDestination } from './photos/destination.ts'
import { readOptions, USAGE } from './photos/options.ts'
import { readPicture } from './photos/picture.ts'
import { Progress } from './photos/progress.ts'
import { type Result, uploadAll } from './photos/upload-all.ts'
import { untilFinished } from './photos/wait.ts'

/** Returns the exit code: 0, or 1 when a picture was refused or failed. */
async function main(args: string[]): Promise<number> {
  const options = readOptions(args)
  if (options === 'help') {
    process.stdout.write(USAGE)
    return 0
  }
  const picture = await readPicture(options.file)
  const destination = await findDestination(options.to, readSettings().state)
  const progress = new Progress(options.json ? undefined : process.stderr)
  progress.say(`${options.file} to ${destination.name}`)
  const results = await uploadAll(destination, picture, options, progress)
  if (options.wait) await untilFinished(destination, results, options.timeoutSeconds * 1000, progress)
  progress.end()
  report(results, options)
  return results.some(isBad) ? 1 : 0
}

const isBad = ({ problem }: Result): boolean => problem !== undefined

function report(results: Result[], { json, wait }: { json: boolean; wait: boolean }): void {
  const bad = results.filter(isBad)
  if (json) {
    process.stdout.write(`${JSON.stringify(results)}\n`)
    return
  }
  for (const { id, problem } of bad)
    process.stderr.write(`${id === undefined ? 'not sent' : `task ${id}`}: ${problem}\n`)
  const done = results.length - bad.length
  const ids = results.flatMap(({ id }) => id ?? [])
  const range = ids.length === 0 ? '' : `, tasks ${Math.min(...ids)} to ${Math.max(...ids)}`
  process.stdout.write(`${done} of ${results.length} ${wait ? 'finished' : 'uploaded'}${range}\n`)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof NanofleetError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = exitCodeOf(error)
}
