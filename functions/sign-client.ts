import * as z from 'zod'
import { callerOf } from '../adapters/aws/caller.ts'
import { clientCertificate } from '../adapters/aws/private-authority.ts'
import { readAwsAccess } from '../adapters/config.ts'
import { type SignedClient, signClient } from '../core/kafka/sign-client.ts'
import { clock } from './lib/clock.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { stacks, stage } from './lib/parts.ts'

/** AWS's own tokens have 400 to 2,000 characters; there is no promise about it. */
const token = z.string().regex(/^[A-Za-z0-9+/=_-]{1,8192}$/, 'must be a session token')
const proof = z.strictObject({
  accessKeyId: z.string().regex(/^[A-Z0-9]{16,128}$/, 'must be an access key id'),
  date: z.string().regex(/^\d{8}T\d{6}Z$/, 'must be like 20261129T130000Z'),
  sessionToken: token,
  signature: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits'),
})
const HALF_A_DAY = 12 * 3600

/** Lets an app's authority sign the certificates of its services, which ask for them while they run. */
export const handler = lambda('sign-client', {
  input: z.strictObject({
    app: text,
    service: text,
    request: text.max(4096),
    seconds: z.int().min(60).max(HALF_A_DAY).default(HALF_A_DAY),
    proof,
  }),
  parts: () => {
    const access = readAwsAccess()
    return {
      stage: stage().name,
      stacks: stacks(),
      caller: callerOf(access),
      certificate: clientCertificate(access, { ...clock, sleep: (ms) => clock.sleep(ms / 1000) }),
    }
  },
  work: async (parts, asked) => {
    const { certificate, instance } = await signClient(parts, asked)
    return { certificate, for: `${asked.app}/${asked.service}`, instance }
  },
  told: ({
    certificate: _,
    ...told
  }: { certificate: string; for: string } & Pick<SignedClient, 'instance'>) => told,
})
