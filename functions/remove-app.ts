import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { DefinitionParameters } from '../adapters/aws/definition-parameters.ts'
import { removeImageRecords } from '../adapters/images/image-records.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, releases, secrets, stage } from './lib/parts.ts'

/**
 * Forgets a removed app: definitions, image records, secrets, releases, counts set by hand. Its images stay
 * until clean-amis removes them; its sources stay in the bucket.
 */
export const handler = lambda('remove-app', {
  input: z.strictObject({ app: text, services: z.array(text) }),
  parts: () => {
    const [{ name }, ssm] = [stage(), clients.ssm()]
    return {
      bundles: bundles(),
      releases: releases(),
      secrets,
      definitions: new DefinitionParameters(ssm, name),
      removeRecords: (app: string, services: string[]) => removeImageRecords(ssm, name, app, services),
    }
  },
  work: async ({ bundles, definitions, removeRecords, secrets, releases }, { app, services }) => {
    const release = await releases.current(app)
    const outline = await bundles.outline(app, release?.bundle)
    const all = [...new Set([...services, ...Object.keys(outline.services)])]
    await definitions.remove(app, all)
    await removeRecords(app, all)
    await secrets(app).remove()
    await releases.forget(app)
    return { app }
  },
})
