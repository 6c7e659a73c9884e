import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { Command } from 'commander'
import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import { readRecord } from '../../local/record.ts'
import { setUp } from '../../local/set-up.ts'
import { readSettings } from '../../local/settings.ts'
import { formatStatus, status } from '../../local/status.ts'
import { down, reset, up } from '../../local/supervisor.ts'
import { type Dialogue, TERMINAL, typed } from '../ask.ts'
import type { GlobalOptions } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { Output } from '../output.ts'

const EXAMPLES = `
Examples:
  nanofleet local up
  nanofleet local status --json
  eval "$(nanofleet local env)"  lets "aws ec2 describe-instances" ask it
  nanofleet local down        stops everything, what you deployed is there again at the next start
  nanofleet local reset       stops everything and forgets it`

/** `nanofleet local up | down | status | reset` */
export function local(command: Command): void {
  command
    .addHelpText('after', EXAMPLES)
    .addCommand(verb('up', 'start it, or what is missing of it after a crash', start))
    .addCommand(verb('down', 'stop it and all its instances; its state stays', stop))
    .addCommand(verb('status', 'what runs and where; exit code 1 when it is down', show))
    .addCommand(verb('env', 'variables by which other AWS clients use it, to eval in a shell', variables))
    .addCommand(
      verb('reset', 'stop it and remove its state: the next start is a fresh region', forget).option(
        '-y, --yes',
        'do not ask for confirmation',
      ),
    )
}

type Act = (output: Output, options: { yes?: true }) => Promise<void>

function verb(name: string, description: string, act: Act): Command {
  return new Command(name)
    .description(description)
    .action(async (options: { yes?: true }, self: Command) =>
      act(new Output(self.optsWithGlobals<GlobalOptions>().json === true), options),
    )
}

async function start(output: Output): Promise<void> {
  const settings = readSettings()
  await setUp(settings)
  const { record, started, reaped } = await up(settings)
  const what = started.length > 0 ? `started (${started.join(', ')})` : 'was up already'
  const ended = reaped > 0 ? `; ended ${reaped} processes of an earlier run` : ''
  const { credentials: _, ...shown } = record
  output.result(
    { ...shown, started, reaped },
    `Local region ${what}${ended}.\n  AWS      ${record.endpoint}\n  gateway  ${record.gateway}`,
  )
}

async function stop(output: Output): Promise<void> {
  const stopped = await down(readSettings())
  const text = stopped.wasUp
    ? 'Local region stopped; its state is kept.'
    : 'The local region was not running.'
  output.result(stopped, text)
}

async function show(output: Output): Promise<void> {
  const now = await status(readSettings())
  output.result(now, formatStatus(now))
  if (!now.running) process.exitCode = EXIT.failure
}

/** @throws {NotFound} when it was never started */
async function variables(output: Output): Promise<void> {
  const record = await readRecord(readSettings().state)
  if (!record) throw new NotFound('The local region is not up; start it with "nanofleet local up"')
  const set = {
    AWS_ENDPOINT_URL: record.endpoint,
    AWS_ACCESS_KEY_ID: record.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: record.credentials.secretAccessKey,
    AWS_DEFAULT_REGION: record.region,
  }
  const lines = Object.entries(set).map(([name, value]) => `export ${name}=${value}`)
  output.result(set, [...lines, 'unset AWS_SESSION_TOKEN AWS_PROFILE'].join('\n'))
}

async function forget(output: Output, { yes }: { yes?: true }): Promise<void> {
  const settings = readSettings()
  if (!yes && existsSync(settings.state)) await confirmReset(basename(settings.root))
  output.result(await reset(settings), 'Local region stopped and its state removed.')
}

/**
 * Every app of the region goes, with all data.
 * @param folder the checkout's
 * @throws {InvalidInput} if a person does not agree, or none can be asked
 */
export async function confirmReset(folder: string, dialogue: Dialogue = TERMINAL): Promise<void> {
  const place = 'local reset'
  const problem = 'every app of this local region goes, with all data'
  if (!dialogue.canAsk())
    throw new InvalidInput(place, `${problem}, and stdin is not a terminal`, 'pass --yes')
  const question = `${problem}. Type the name of the checkout's folder, ${folder}: `
  await typed(place, question, folder, 'nothing was removed', dialogue)
}
