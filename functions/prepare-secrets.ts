import middy from '@middy/core'
import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { SecretParameters } from '../adapters/aws/secret-parameters.ts'
import { readStage } from '../adapters/config.ts'
import { randomSecrets } from '../adapters/consul/secret-maker.ts'
import { missingSecrets } from '../core/secrets/secrets.ts'
import { once } from './once.ts'

const request = z.object({ app: z.string().min(1) })

const parts = once(() => ({ stage: readStage().name, ssm: clients.ssm() }))

/** Makes the secrets of an app that are not there yet. Answers with their names, never with their values. */
export const handler = middy(async (event: unknown) => {
  const { app } = request.parse(event)
  const { stage, ssm } = parts()
  const parameters = new SecretParameters(ssm, stage, app)
  const made = missingSecrets(await parameters.read(), randomSecrets)
  await parameters.write(made)
  return { made: [...made.keys()] }
})
