import type { Command } from 'commander'
import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import { refuseReplacement } from '../../core/deploy/replaceable.ts'
import { instanceId } from '../arguments.ts'
import { confirmState } from '../confirm-state.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { type StartOptions, startWorkflow } from '../start.ts'
import { instancesText } from '../text/instances-text.ts'

interface ReplaceOptions extends StartOptions {
  force?: true
}

/** `nanofleet replace <instance>` */
export function replace(command: Command, open: Open): void {
  command
    .argument('<instance>', 'id of an instance', instanceId)
    .option('--force', 'also if it is the last healthy one of its service, or stateful')
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', '\nExample:\n  nanofleet replace i-b6fa977e0e1854fd3')
    .action(async (instance: string, options: ReplaceOptions, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { app, service } = await placeOf(context, instance)
      const { instanceList } = await import('../stage/instance-list.ts')
      const before = await instanceList(context, app, service, new Date())
      refuseReplacement(instance, before.instances, `${app}/${service}`, options.force === true)
      const place = `replace ${instance}`
      if (!options.force) await confirmState(context, { app, service, place, option: '--force' })
      const input = { app, service, instance }
      const run = await startWorkflow(context, 'restart', `${app}-${service}`, input, options)
      if (!options.wait) return context.output.result(run)
      const now = new Date()
      const after = await instanceList(context, app, service, now)
      context.output.result({ run, ...after }, instancesText(after, now))
    })
}

/**
 * The service that an instance belongs to.
 * @throws {NotFound} for an instance of another stage or none, {InvalidInput} for one without an app
 */
async function placeOf(context: Context, instance: string): Promise<{ app: string; service: string }> {
  const { stageInstances } = await import('../stage/instance-list.ts')
  const found = (await stageInstances(context)).get(instance)
  if (!found || found.state === 'terminated')
    throw new NotFound(
      `${instance} is no instance of stage ${context.stage}; "nanofleet --stage ${context.stage} instances" lists them`,
    )
  if (found.app && found.service) return found
  throw new InvalidInput(
    `replace ${instance}`,
    'it belongs to no app, so no group would start a successor',
    'replace it with what started it',
  )
}
