import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import type { DoorRequest, DoorResponse } from '../core/door.ts'
import { ServiceFailure } from '../core/errors.ts'
import { controlName } from '../core/names.ts'
import { ConsulDoor } from './consul-door.ts'

/** Consul through the Lambda `consul` of a stage. */
export const consulDoor = (client: LambdaClient, stage: string): ConsulDoor =>
  new ConsulDoor(
    async (request: DoorRequest) =>
      (await call(client, controlName(stage, 'consul'), request)) as DoorResponse,
  )

/**
 * Invokes a function and waits for what it returns.
 * @throws ServiceFailure when it cannot be invoked or ends with an error
 */
export async function call(client: LambdaClient, name: string, payload: unknown): Promise<unknown> {
  const answer = await client
    .send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload) }))
    .catch((cause: Error) => {
      throw new ServiceFailure(`${name} cannot be invoked: ${cause.message}`, { cause })
    })
  const text = answer.Payload ? new TextDecoder().decode(answer.Payload) : 'null'
  if (answer.FunctionError) throw new ServiceFailure(`${name} failed: ${text}`)
  return JSON.parse(text)
}

/** Invokes a function without waiting for it ("Event"); Lambda queues and repeats it. */
export async function start(client: LambdaClient, name: string, payload: unknown): Promise<void> {
  try {
    await client.send(
      new InvokeCommand({ FunctionName: name, InvocationType: 'Event', Payload: JSON.stringify(payload) }),
    )
  } catch (cause) {
    throw new ServiceFailure(`${name} cannot be started: ${(cause as Error).message}`, { cause })
  }
}
