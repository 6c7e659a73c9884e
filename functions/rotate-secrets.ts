import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { call } from '../adapters/consul/lambda-calls.ts'
import { randomSecrets } from '../adapters/consul/secret-maker.ts'
import { controlName, PLATFORM } from '../core/base/names.ts'
import { runningServers } from '../core/registration/evidence.ts'
import type { Report } from '../core/registration/round.ts'
import { allRegistered, ROTATION, rotated, secretsTaken } from '../core/secrets/rotate-secrets.ts'
import { ROTATED } from '../core/secrets/secrets.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { catalog, instances, secrets, stage } from './lib/parts.ts'

/**
 * One step of a rotation, or a check whether the previous step has taken effect. No secret value leaves it.
 */
export const handler = lambda('rotate-secrets', {
  input: z.discriminatedUnion('step', [
    z.strictObject({ step: z.enum(ROTATION), marks: z.partialRecord(z.enum(ROTATED), text) }),
    z.strictObject({ step: z.literal('look') }),
    z.strictObject({ step: z.literal('register') }),
  ]),
  parts: () => {
    const [here, functions] = [instances(), clients.lambda()]
    return {
      secrets: secrets(PLATFORM),
      catalog: catalog(),
      servers: async () => runningServers((await here.look([])).servers),
      reconcile: async () => (await call(functions, controlName(stage().name, 'reconcile'), {})) as Report,
    }
  },
  work: async ({ secrets, reconcile, ...ports }, request) => {
    if (request.step === 'register') return allRegistered(await reconcile())
    const standing = await secrets.read()
    if (request.step === 'look') return await secretsTaken(ports, standing)
    const after = rotated(standing, request.step, request.marks, randomSecrets)
    await secrets.write(after.secrets)
    return { marks: after.marks }
  },
  told: (result) => ('marks' in result ? { changed: Object.keys(result.marks) } : result),
})
