import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { exitCodeOf } from '../../../cli/exit-codes.ts'
import { Output } from '../../../cli/output.ts'
import { NanofleetError } from '../../../core/base/errors.ts'

/** What a measurement found. */
export interface Report {
  /** Everything, for `--json`. */
  data: Record<string, unknown>
  /** The same as tables. */
  text: string
  /** Whether every target is met; absent when there is none. */
  withinTarget?: boolean
}

/** The machine that a figure was measured on, and how busy it was before. */
export function machine() {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGB: Math.round(totalmem() / 1e9),
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
  }
}

/**
 * Runs a measurement and prints what it found, as tables or with `--json` as one document.
 * Exit code 1 when a target is missed.
 * @param settings options that the measurement takes besides, each with its default
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

/** What is measured tells its progress on standard error; standard output holds the figures alone. */
export const progress = new Output(false, process.stderr, process.stderr)

/** Seconds from milliseconds, with one digit. */
export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

/** Round numbers are read more easily than exact ones that the next run would not repeat. */
export const megabytes = (value: number): string => `${Math.round(value)} MB`
