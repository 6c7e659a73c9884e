import type { ConsulServer } from './catalog.ts'
import { ServiceFailure, ServiceRefusal } from './errors.ts'

/**
 * The answer of the first server that gives one. A server that does not answer is skipped; undefined is not
 * an answer.
 * @param skipped is told why each skipped server gave none
 * @throws {ServiceRefusal} when the question itself is refused: waiting would not bring an answer
 */
export async function askAnyServer<T>(
  servers: ConsulServer[],
  ask: (server: ConsulServer) => Promise<T>,
  skipped: (problem: string) => unknown = () => {},
): Promise<T | undefined> {
  for (const server of servers) {
    try {
      return await ask(server)
    } catch (error) {
      if (!(error instanceof ServiceFailure) || error instanceof ServiceRefusal) throw error
      skipped(error.message)
    }
  }
  return undefined
}

/**
 * Why no server could say anything, as half a sentence.
 * @param problems what each of them answered, or why it did not
 */
export function whySilent(problems: readonly string[]): string {
  const last = problems.at(-1)
  if (last === undefined) return 'no Consul server runs'
  // Consul's answer, with status 500, to whatever has to be read from a leader.
  if (problems.some((problem) => /No cluster leader/i.test(problem))) return 'Consul has no leader'
  return `no Consul server answers (${last})`
}
