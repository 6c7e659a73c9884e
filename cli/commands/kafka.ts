import type { Command } from 'commander'
import { name } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { type KafkaView, kafkaText } from '../text/kafka-text.ts'

const HELP = `
The lag is the number of records that a group has not read yet. A group that has never read a topic is not
shown.

Examples:
  nanofleet kafka events
  nanofleet --stage dev kafka events --json`

/** `nanofleet kafka <app>` */
export function kafka(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .addHelpText('after', HELP)
    .action(async (app: string, _options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { askFunction } = await import('../ask-function.ts')
      const view = await askFunction<KafkaView>(context, 'manage-kafka', { app }, 'lag')
      context.output.result(view, kafkaText(view))
    })
}
