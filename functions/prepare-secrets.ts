import * as z from 'zod'
import { randomSecrets } from '../adapters/consul/secret-maker.ts'
import { missingSecrets } from '../core/secrets/secrets.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { secrets } from './lib/parts.ts'

/** Creates an app's missing secrets. Answers with their names, never with their values. */
export const handler = lambda('prepare-secrets', {
  input: z.strictObject({ app: text }),
  parts: () => ({ secrets }),
  work: async ({ secrets }, { app }) => {
    const parameters = secrets(app)
    const made = missingSecrets(await parameters.read(), randomSecrets)
    await parameters.write(made)
    return { made: [...made.keys()] }
  },
})
