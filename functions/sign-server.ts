import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { PLATFORM } from '../core/base/names.ts'
import { signServer } from '../core/secrets/sign-server.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { instances, secrets, stage } from './lib/parts.ts'

/** Signs the certificate of a Consul server, which asks for it when it starts and while it runs. */
export const handler = lambda('sign-server', {
  input: z.strictObject({ instance: text, publicKey: text }),
  parts: () => ({
    stage: stage(),
    instances: instances(),
    secrets: secrets(PLATFORM),
    serial: () => randomBytes(16),
    now: () => new Date(),
  }),
  work: signServer,
  told: () => ({}),
})
