import type { Command } from 'commander'
import { readDeadLetters, sendAgain } from '../../adapters/aws/dead-letters.ts'
import { queueUrl } from '../../adapters/aws/queue-depth.ts'
import { controlName } from '../../core/base/names.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { deadLettersText, says } from '../text/letter-text.ts'

/** `nanofleet dead-letters` */
export function deadLetters(command: Command, open: Open): void {
  command
    .option('--send', 'send them through the queue again, after fixing the cause')
    .addHelpText('after', '\nExamples:\n  nanofleet dead-letters\n  nanofleet dead-letters --send')
    .action(async (options: { send?: true }, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const pair = {
        queueUrl: await queueUrl(context.sqs(), controlName(context.stage, 'register')),
        deadLettersUrl: await queueUrl(context.sqs(), controlName(context.stage, 'register-dead-letters')),
      }
      if (options.send) return sent(context, await sendAgain(context.sqs(), pair))
      const letters = await readDeadLetters(context.sqs(), pair)
      const told = letters.map((letter) => ({ ...letter, says: says(letter.body) }))
      context.output.result(told, deadLettersText(told, new Date()))
      if (letters.length > 0)
        context.output.note(
          `Why: ${logs(context)}. After fixing the cause: nanofleet --stage ${context.stage} dead-letters --send`,
        )
    })
}

function sent(context: Context, count: number): void {
  context.output.result({ sent: count }, count === 0 ? 'No dead letters.' : `${count} sent again.`)
  if (count > 0) context.output.note(`See what becomes of them with: ${logs(context)}`)
}

const logs = ({ stage }: Context): string => `nanofleet --stage ${stage} logs --function register`
