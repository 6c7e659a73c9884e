import type { ConsulServer } from './catalog.ts'
import { ServiceFailure, ServiceRefusal } from './errors.ts'

/**
 * The answer of the first server that gives one; a server that does not answer has no say, and undefined is
 * no answer at all.
 * @throws {ServiceRefusal} when the question itself is refused: the answer would not come however long one
 * waits
 */
export async function askAnyServer<T>(
  servers: ConsulServer[],
  ask: (server: ConsulServer) => Promise<T>,
): Promise<T | undefined> {
  for (const server of servers) {
    try {
      return await ask(server)
    } catch (error) {
      if (!(error instanceof ServiceFailure) || error instanceof ServiceRefusal) throw error
    }
  }
  return undefined
}
