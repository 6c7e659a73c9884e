import type { DescMessage, DescService, MessageInitShape } from '@bufbuild/protobuf'
import { expect } from '@jest/globals'
import type { ServiceName } from '../../../../apps/boutique/lib/services.ts'
import type { GrpcClient } from '../../../../apps/lib/grpc/client.ts'
import { type Code, PeerFailure } from '../../../../apps/lib/grpc/problem.ts'

/** What a service has to do, each point under a sentence. A point fails by throwing, like an expectation. */
export interface Contract<S extends DescService> {
  program: ServiceName
  service: S
  /** What every implementation of the shop does. */
  all: Points<S>
  /** What ours also does: what the original leaves open, lets pass or fails with another status. */
  ours: Points<S>
}

type Points<S extends DescService> = Record<string, (client: GrpcClient<S>) => Promise<void>>

/** A contract without the type of its service. */
export interface AnyContract {
  program: ServiceName
  service: DescService
  all: Record<string, (client: never) => Promise<void>>
  ours: Record<string, (client: never) => Promise<void>>
}

export const contract = <S extends DescService>(points: Contract<S>): AnyContract => points

/** One point for each row of a table, named `<what> <name of the row>`. */
export const each = <S extends DescService, Row>(
  _service: S,
  what: string,
  rows: Record<string, Row>,
  point: (client: GrpcClient<S>, row: Row) => Promise<void>,
): Points<S> =>
  Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [`${what} ${name}`, (client) => point(client, row)]),
  )

/** Requests that are refused, by what is wrong with them, and words from the message that says so. */
export type Bad<M extends DescMessage> = Record<string, [MessageInitShape<M>, string]>

/** A call that has to fail, with any status. */
export async function fails(call: Promise<unknown>): Promise<PeerFailure> {
  const outcome = await call.catch((error: unknown) => error)
  expect(outcome).toBeInstanceOf(PeerFailure)
  return outcome as PeerFailure
}

/** A call that has to fail with this status and these words. */
export async function refuses(call: Promise<unknown>, code: Code, words: string): Promise<void> {
  expect(await fails(call)).toMatchObject({ code, details: expect.stringContaining(words) })
}
