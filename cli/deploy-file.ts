import { readFile } from 'node:fs/promises'
import type { Execution } from '../adapters/aws/executions.ts'
import { NotFound } from '../core/base/errors.ts'
import { deploySpec, storeSpec } from '../core/spec/deploy-spec.ts'
import { readSpec } from '../core/spec/read-spec.ts'
import type { Context } from './context.ts'
import type { PlanInput } from './plan-file.ts'
import { specPorts } from './spec-ports.ts'
import { executionName, followStarted, type StartOptions, startWorkflow } from './start.ts'
import { startAsking } from './start-asking.ts'

/** How the file is to be deployed. */
interface Wish {
  dryRun?: boolean
  replaceData?: string[]
}

/**
 * Deploys a whole app from one file. It is read and checked first: nothing is uploaded when it is wrong.
 * @returns what it is, as the workflow takes it, and the run, which is under way
 * @throws what `readSpec` and `deploySpec` throw
 */
export async function deployFile(
  context: Context,
  file: string,
  { dryRun = false, replaceData }: Wish,
  options: StartOptions,
): Promise<{ input: PlanInput; run: Promise<Execution> }> {
  const spec = readSpec(await read(file), file)
  const { app } = spec.manifest
  const ports = await specPorts(context)
  const warn = (warnings: string[]): void => {
    for (const warning of new Set(warnings))
      context.output.note(context.output.paint('yellow', `warning: ${warning}`))
  }
  const data = replaceData ? { replaceData } : {}
  if (dryRun) {
    const { digest, warnings } = await storeSpec(ports, spec)
    warn(warnings)
    const input = { app, bundle: digest, ...data }
    return { input, run: startWorkflow(context, 'deploy', app, { ...input, dryRun }, options) }
  }
  const start = async (wish: Wish): Promise<Execution> => {
    const name = executionName('deploy', app, new Date())
    const { run, warnings } = await deploySpec(ports, spec, { ...wish, name })
    warn(warnings)
    // With a name of its own there is always a run.
    return await followStarted(context, `deploy ${app}`, run?.arn ?? '', options)
  }
  return { input: { app, ...data }, run: startAsking(context, app, data, options, start) }
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new NotFound(`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code}); name a file`, {
      cause,
    })
  }
}
