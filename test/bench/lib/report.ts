import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { exitCodeOf } from '../../../cli/exit-codes.ts'
import { Output } from '../../../cli/output.ts'
import { NanofleetError } from '../../../core/base/errors.ts'

/** The result of a benchmark. */
export interface Report {
  /** Everything, for `--json`. */
  data: Record<string, unknown>
  /** The same, as tables. */
  text: string
  /** Whether all targets are met; absent when there are none. */
  withinTarget?: boolean
}

/** The machine that the benchmark ran on, and how busy it was before. */
export function machine() {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGB: Math.round(totalmem() / 1e9),
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
  }
}

/**
 * Runs a benchmark and prints its results, as tables or with `--json` as one document. Exit code 1 when a
 * target is missed.
 * @param settings the benchmark's own options, each with its default
 */
export async function bench<T extends Record<string, string>>(
  measure: (settings: T) => Promise<Report>,
  settings: T = {} as T,
): Promise<void> {
  const own = Object.entries(settings).map(([name, value]) => [name, { type: 'string', default: value }])
  const parsed = parseArgs({
    options: { json: { type: 'boolean', default: false }, ...Object.fromEntries(own) },
  })
  const values = parsed.values as unknown as T & { json: boolean }
  const where = machine()
  try {
    const { data, text, withinTarget } = await measure(values)
    if (values.json) process.stdout.write(`${JSON.stringify({ machine: where, ...data }, null, 2)}\n`)
    else {
      const { cores, memoryGB, load } = where
      process.stdout.write(`${cores} cores, ${memoryGB} GB, load before ${load}\n\n${text}\n`)
    }
    process.exitCode = withinTarget === false ? 1 : 0
  } catch (error) {
    if (!(error instanceof NanofleetError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = exitCodeOf(error)
  }
}

/** Progress goes to standard error; standard output has only the results. */
export const progress = new Output(false, process.stderr, process.stderr)

/** Milliseconds as seconds, with one decimal. */
export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

/** Round numbers are easier to read than exact ones that the next run would not repeat. */
export const megabytes = (value: number): string => `${Math.round(value)} MB`
