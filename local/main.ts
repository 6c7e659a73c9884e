import { NanofleetError } from '../core/errors.ts'
import { readSettings } from './settings.ts'
import { formatStatus, status } from './status.ts'
import { down, reset, up } from './supervisor.ts'

const USAGE = `usage: node local/main.ts up | down | status | reset [--json]

  up      start the local region, or what is missing of it
  down    stop it; its state stays
  status  what runs and where
  reset   stop it and remove its state`

/** Runs one verb; the exit code. */
async function main(args: string[]): Promise<number> {
  const settings = readSettings()
  const json = args.includes('--json')
  const say = (text: string, value: unknown): void => {
    process.stdout.write(`${json ? JSON.stringify(value) : text}\n`)
  }
  switch (args[0]) {
    case 'up': {
      const { record, started, reaped } = await up(settings)
      const what = started.length > 0 ? `started ${started.join(' and ')}` : 'is up already'
      const ended = reaped > 0 ? `, ended ${reaped} processes of an earlier run` : ''
      say(`Local region ${what}${ended}: ${record.endpoint}, gateway ${record.gateway}`, record)
      return 0
    }
    case 'down': {
      const stopped = await down(settings)
      say(
        stopped.wasUp ? 'Local region stopped; its state is kept.' : 'The local region was not running.',
        stopped,
      )
      return 0
    }
    case 'reset':
      say('Local region stopped and its state removed.', await reset(settings))
      return 0
    case 'status': {
      const now = await status(settings)
      say(formatStatus(now), now)
      return now.running ? 0 : 1
    }
    default:
      process.stderr.write(`${USAGE}\n`)
      return 2
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof NanofleetError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
