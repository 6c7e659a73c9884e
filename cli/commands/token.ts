import type { Command } from 'commander'
import { SecretParameters } from '../../adapters/aws/secret-parameters.ts'
import { NotFound } from '../../core/base/errors.ts'
import { PLATFORM } from '../../core/base/names.ts'
import { values } from '../../core/secrets/secrets.ts'
import type { GlobalOptions, Open } from '../context.ts'

/** `nanofleet token` */
export function token(command: Command, open: Open): void {
  command
    .addHelpText(
      'after',
      '\nYour own credentials must allow ssm:GetParameters on it.\n\nExample:\n  nanofleet token',
    )
    .action(async (_options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const secrets = new SecretParameters(context.ssm(), context.stage, PLATFORM)
      const [found] = values((await secrets.read(['ui-token'])).get('ui-token') ?? '')
      if (!found)
        throw new NotFound(
          `stage ${context.stage} has no token yet; the first deployment of the platform makes it`,
        )
      context.output.result({ token: found }, found)
    })
}
