import * as z from 'zod'
import { childName } from '../core/base/execution-name.ts'
import { lookAtRequiredApps } from '../core/deploy/required-apps.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, executions, locks, releases } from './lib/parts.ts'

/** What to do about the apps that this one requires, and names for the executions that do it. */
export const handler = lambda('required-apps', {
  input: z.strictObject({
    app: text,
    bundle: z.string().default(''),
    execution: text,
    services: z.array(text),
  }),
  parts: () => ({ bundles: bundles(), locks: locks(), releases: releases(), executions: executions() }),
  work: async (ports, { app, bundle, execution, services }) => {
    const step = await lookAtRequiredApps(ports, app, bundle || undefined, services)
    const build = childName(execution, 'build')
    if (step.action !== 'deploy') return { ...step, build }
    const [name, early] = [childName(execution, step.app), childName(execution, 'build-early')]
    return { ...step, build, name, early }
  },
})
