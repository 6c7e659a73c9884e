import { Command } from 'commander'
import { readSettings } from '../../local/settings.ts'
import { formatStatus, status } from '../../local/status.ts'
import { down, reset, up } from '../../local/supervisor.ts'
import type { GlobalOptions } from '../context.ts'
import { Output } from '../output.ts'

/** `nanofleet local up | down | status | reset` */
export function local(): Command {
  const command = new Command('local').description('the local region: an AWS of its own on this machine')
  const outputOf = (from: Command): Output => new Output(from.optsWithGlobals<GlobalOptions>().json === true)

  command
    .command('up')
    .description('start it, or what is missing of it after a crash')
    .action(async (_options, self: Command) => {
      const { record, started, reaped } = await up(readSettings())
      const what = started.length > 0 ? `started (${started.join(', ')})` : 'was up already'
      const ended = reaped > 0 ? `; ended ${reaped} processes of an earlier run` : ''
      outputOf(self).result(
        { ...record, started, reaped },
        `Local region ${what}${ended}.\n  AWS      ${record.endpoint}\n  gateway  ${record.gateway}`,
      )
    })
  command
    .command('down')
    .description('stop it and all its instances; its state stays')
    .action(async (_options, self: Command) => {
      const stopped = await down(readSettings())
      const text = stopped.wasUp
        ? 'Local region stopped; its state is kept.'
        : 'The local region was not running.'
      outputOf(self).result(stopped, text)
    })
  command
    .command('status')
    .description('what runs and where; exit code 1 when it is down')
    .action(async (_options, self: Command) => {
      const now = await status(readSettings())
      outputOf(self).result(now, formatStatus(now))
      if (!now.running) process.exitCode = 1
    })
  command
    .command('reset')
    .description('stop it and remove its state: the next start is a fresh region')
    .action(async (_options, self: Command) => {
      outputOf(self).result(await reset(readSettings()), 'Local region stopped and its state removed.')
    })
  return command
}
