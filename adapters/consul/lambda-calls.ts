import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda'
import { ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import { controlName } from '../../core/base/names.ts'
import type { DoorRequest, DoorResponse } from '../../core/registration/door.ts'
import { ConsulDoor } from './door.ts'

/** Consul through the Lambda `consul` of a stage. */
export const consulDoor = (client: LambdaClient, stage: string): ConsulDoor =>
  new ConsulDoor(
    async (request: DoorRequest) =>
      (await call(client, controlName(stage, 'consul'), request)) as DoorResponse,
  )

/**
 * Invokes a function and waits for what it returns.
 * @param abortSignal ends the waiting; the function goes on
 * @throws {ServiceRefusal} if Lambda refuses, or the function is broken
 * @throws {ServiceFailure} if there is no answer now
 */
export async function call(
  client: LambdaClient,
  name: string,
  payload: unknown,
  abortSignal?: AbortSignal,
): Promise<unknown> {
  const answer = await client
    .send(
      new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload) }),
      abortSignal ? { abortSignal } : {},
    )
    .catch((cause: Error) => {
      const Failure = isRefusal(cause) ? ServiceRefusal : ServiceFailure
      throw new Failure(`${name} cannot be invoked: ${cause.message}`, { cause })
    })
  return result(name, answer)
}

/**
 * Not allowed, missing or invalid. Too many requests (429) are temporary, and so is a function that is still
 * being created or changed (409, "Lambda function states").
 */
function isRefusal(error: Error & { $metadata?: { httpStatusCode?: number } }): boolean {
  const status = error.$metadata?.httpStatusCode ?? 0
  return status >= 400 && status < 500 && ![408, 409, 429].includes(status)
}

function result(name: string, { Payload, FunctionError }: InvokeCommandOutput): unknown {
  const text = Payload ? new TextDecoder().decode(Payload) : 'null'
  if (FunctionError) {
    const Failure = /Task timed out/.test(text) ? ServiceFailure : ServiceRefusal
    throw new Failure(`${name} failed: ${text}`)
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ServiceRefusal(`${name} answered with something that is not JSON: ${text.slice(0, 200)}`, {
      cause,
    })
  }
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
