import { InvalidInput } from '../../core/base/errors.ts'
import type { DemoApp } from './apps/demo-app.ts'
import { appsNamed, CHOICES, USUAL } from './apps.ts'

export const USAGE = `usage: npm run demo [-- ${CHOICES.join('|')}] [-- --once]

Starts the local region, deploys the control plane with "serverless deploy --stage local", builds and deploys
the platform and the app (${USUAL.name} unless another one is named), sends requests through the gateway and stays up
until Ctrl-C.

  --once   go on: kill instances and watch them heal, scale up and back, tear everything down with its data, clean
           the images, compare the inventory with the one before, and stop the region`

/** What the demo should do. */
export interface DemoArguments {
  apps: DemoApp[]
  once: boolean
  help: boolean
}

/**
 * Reads the words after `npm run demo --`, in any order.
 * @throws InvalidInput for an unknown option or app, and for more than one app
 */
export function readArguments(args: string[]): DemoArguments {
  const words = args.filter((arg) => !arg.startsWith('-'))
  const unknown = args.find((arg) => arg.startsWith('-') && !['--once', '--help', '-h', '--'].includes(arg))
  if (unknown !== undefined)
    throw new InvalidInput('npm run demo', `there is no option ${unknown}`, 'the only one is --once')
  if (words.length > 1)
    throw new InvalidInput('npm run demo', `${words.join(' and ')} are too many apps`, 'name one app, or all')
  return {
    apps: appsNamed(words[0] ?? USUAL.name),
    once: args.includes('--once'),
    help: args.includes('--help') || args.includes('-h'),
  }
}
