import { parseArgs } from 'node:util'

export interface Options {
  url: URL
  users: number
  /** New shoppers per second, until all have arrived. */
  rate: number
  durationMs: number
  /** Multiplies the 1 to 10 s that a shopper waits. */
  pace: number
  seed: number
  json: boolean
}

/** The command line is wrong; the message is one sentence. */
export class UsageProblem extends Error {
  override name = 'UsageProblem'
}

const DEFAULT_URL = 'http://boutique.localhost:8080'

export const HELP = `Shoppers for the boutique: they browse, fill carts and order, and check each page that they get.

  node apps/boutique/loadgenerator/main.ts [options]

  --url URL        the shop (${DEFAULT_URL}); names below localhost mean this machine
  --users N        shoppers at the same time, 1 to 500 (10)
  --rate N         new shoppers per second (10)
  --duration TIME  such as 30s or 5m, at most 60m (60s)
  --pace N         multiplies the 1 to 10 s between a shopper's steps, 0 to 10 (1)
  --seed N         the same seed makes the same choices (random)
  --json           the summary as JSON
  --help           show this text

The shop in the local region: \`npx nanofleet open boutique\` prints its URL.
Ctrl-C stops early and prints the summary. Exit code 0: all went well; 1: something failed; 2: the command line is wrong.`

/**
 * Reads the command line.
 * @returns undefined when help is asked for
 * @throws UsageProblem
 */
export function readOptions(args: string[]): Options | undefined {
  const { help, json, ...values } = parse(args)
  if (help) return undefined
  return {
    url: url(values.url ?? DEFAULT_URL),
    users: number('users', values.users ?? '10', { from: 1, to: 500, whole: true }),
    rate: number('rate', values.rate ?? '10', { from: 0.1, to: 500 }),
    durationMs: duration(values.duration ?? '60s'),
    pace: number('pace', values.pace ?? '1', { from: 0, to: 10 }),
    seed: number('seed', values.seed ?? String(Math.floor(Math.random() * 2 ** 31)), {
      from: 0,
      to: 2 ** 32 - 1,
      whole: true,
    }),
    json: json ?? false,
  }
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const named = { url: text, users: text, rate: text, duration: text, pace: text, seed: text }
  try {
    return parseArgs({ args, options: { ...named, json: flag, help: { ...flag, short: 'h' } } }).values
  } catch (cause) {
    throw new UsageProblem(`${(cause as Error).message} --help lists the options.`, { cause })
  }
}

function url(text: string): URL {
  const value = URL.parse(text)
  if (value === null || !/^https?:$/.test(value.protocol)) {
    throw new UsageProblem(`--url is ${JSON.stringify(text)}; write http://host:port or https://host.`)
  }
  return value
}

function number(
  name: string,
  text: string,
  { from, to, whole = false }: { from: number; to: number; whole?: boolean },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= from && value <= to && (!whole || Number.isInteger(value))) return value
  const kind = whole ? 'a whole number' : 'a number'
  throw new UsageProblem(`--${name} is ${JSON.stringify(text)}; it must be ${kind} from ${from} to ${to}.`)
}

const UNITS: Record<string, number> = { s: 1000, m: 60_000 }
const LONGEST_MS = 3_600_000

function duration(text: string): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)([sm]?)$/.exec(text) ?? []
  const ms = Number(amount) * (UNITS[unit || 's'] ?? Number.NaN)
  if (ms > 0 && ms <= LONGEST_MS) return ms
  throw new UsageProblem(`--duration is ${JSON.stringify(text)}; write 30s or 5m, at most 60m.`)
}
