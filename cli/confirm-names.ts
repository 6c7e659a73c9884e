import { PLATFORM } from '../core/base/names.ts'
import { agreed, type Dialogue, TERMINAL } from './ask.ts'

/** The fewest Consul servers of which one may be lost (Consul docs, "Consensus Protocol"). */
const SAFE = 3

/**
 * Asks before so few Consul servers are left that names stop, at once or with the next server that is lost.
 * @throws {InvalidInput} if a person does not agree, or none can be asked
 */
export async function confirmNames(
  { app, service, count }: { app: string; service: string; count: number },
  yes: boolean,
  dialogue: Dialogue = TERMINAL,
): Promise<void> {
  if (app !== PLATFORM || service !== 'consul' || count >= SAFE || yes) return
  const place = `scale ${app} ${service} ${count}`
  const problem =
    count === 0
      ? 'no service of any app finds another one without a Consul server, and nothing is registered'
      : `with ${count === 1 ? 'one Consul server' : `${count} Consul servers`} names stop when one is lost`
  const question = `${problem}. Type the service's name to go on: `
  await agreed({ place, problem, option: '--yes', question, word: service }, dialogue)
}
