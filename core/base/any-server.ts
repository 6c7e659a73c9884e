import type { ConsulServer } from './catalog.ts'
import { ServiceFailure, ServiceRefusal } from './errors.ts'

/**
 * The answer of the first server that gives one. A server that does not answer is skipped; undefined is not
 * an answer.
 * @throws {ServiceRefusal} when the question itself is refused: waiting would not bring an answer
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
