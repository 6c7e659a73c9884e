import { parseArgs } from 'node:util'
import { InvalidInput } from '../../core/base/errors.ts'

export interface Options {
  file: string
  count: number
  /** URL of ui or master, or `host:port` of a key-value store; the local region's gateway by default. */
  to?: string
  filter?: string
  wait: boolean
  timeoutSeconds: number
  json: boolean
}

export const USAGE = `usage: npm run photos:upload -- [HOST:PORT] FILE [N] [options]

Uploads one picture N times (1 unless given), four at a time. An upload that got no answer is repeated under the same
token, so it counts once.

  --to URL             the page (ui) or the service master; unless given, the gateway of the local region
  --to HOST:PORT       a key-value store, which is asked where master is; also as first argument
  --filter NAME        the filter; unless given, the service's own choice
  --wait               until all are finished; tells those that failed
  --timeout SECONDS    how long --wait waits, 300 unless given
  --json               prints the results as JSON: [{"id": 7, "token": "...", "state": 2}, ...]

Examples:
  npm run photos:upload -- cat.jpg
  npm run photos:upload -- cat.jpg 20 --wait
  npm run photos:upload -- cat.jpg 5 --filter sepia --to http://127.0.0.1:8005
  npm run photos:upload -- localhost:8000 cat.jpg 20

Exit codes: 0 all is well, 1 a picture was refused or failed, 2 wrong input, 3 nobody to upload to
`

const MOST = 10_000
const STORE = /^[\w.-]+:\d{1,5}$/

/** @throws InvalidInput naming the argument */
export function readOptions(args: string[]): Options | 'help' {
  const { values, positionals } = parse(args)
  if (values.help) return 'help'
  const store = STORE.test(positionals[0] ?? '') ? positionals.shift() : undefined
  const [file, count = '1', ...others] = positionals
  if (file === undefined) throw new InvalidInput('FILE', 'is missing', 'for examples see --help')
  if (others[0] !== undefined) throw new InvalidInput(others[0], 'is one argument too many', 'see --help')
  const to = values.to ?? store
  return {
    file,
    count: wholeNumber('N', count, MOST),
    wait: values.wait,
    timeoutSeconds: wholeNumber('--timeout', values.timeout, 86_400),
    json: values.json,
    ...(to === undefined ? {} : { to: checkedTo(to) }),
    ...(values.filter === undefined ? {} : { filter: values.filter }),
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        to: { type: 'string' },
        filter: { type: 'string' },
        wait: { type: 'boolean', default: false },
        timeout: { type: 'string', default: '300' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (cause) {
    const [problem = ''] = (cause as Error).message.split('. ')
    throw new InvalidInput('photos:upload', problem, 'see --help', { cause })
  }
}

function wholeNumber(what: string, text: string, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new InvalidInput(what, `must be a whole number from 1 to ${most}, not ${JSON.stringify(text)}`)
}

function checkedTo(to: string): string {
  if (STORE.test(to) || /^http:\/\/[^/]/.test(to)) return to
  throw new InvalidInput('--to', `${JSON.stringify(to)} is neither an http:// URL nor HOST:PORT`)
}
