import { isIn } from '../base/address.ts'
import type { ConsulServer, ServiceCatalog } from '../base/catalog.ts'
import { ServiceRefusal } from '../base/errors.ts'

/** The verbs that pass through the door: all of the port's. */
export const VERBS = [
  'listing',
  'cluster',
  'register',
  'registerNew',
  'deregister',
  'forget',
  'maintenance',
  'secretReports',
  'health',
] as const
export type Verb = (typeof VERBS)[number]

/** One call as it travels to the Lambda inside the VPC: what the port's verb takes. */
export interface DoorCall {
  verb: Verb
  server: ConsulServer
  /** Absent for a verb that needs only the server. */
  of?: object
}

/**
 * `refused`: the call itself is at fault; another time or server would say the same. `deferred`: not carried
 * out, because the answers so far fill the message; ask again in a smaller batch.
 */
export type DoorAnswer = { value: unknown } | { error: string; refused?: true } | { deferred: true }

export interface DoorRequest {
  calls: DoorCall[]
  /** Secrets have changed: the function must read them again. */
  renew?: true
}
export interface DoorResponse {
  answers: DoorAnswer[]
}

/** Characters of answers per message: Lambda returns at most 6 MB (Lambda quotas, "Invocation payload"). */
export const ANSWER_LIMIT = 5_000_000

/** A read may be dropped for lack of space and repeated. */
const READS: ReadonlySet<Verb | undefined> = new Set(['listing', 'cluster', 'secretReports', 'health'])

/**
 * Carries out the calls, all at once; one that fails does not affect the others.
 * @param vpcCidr a call to a server elsewhere is refused: the door opens into the private network only
 */
export async function answerCalls(
  catalog: ServiceCatalog,
  { calls }: DoorRequest,
  vpcCidr: string,
): Promise<DoorResponse> {
  const answers = await Promise.all(
    calls.map(async (call): Promise<DoorAnswer> => {
      const fault = refusal(call, vpcCidr)
      if (fault) return { error: fault, refused: true }
      return await carryOut(catalog, call).then(
        (value) => ({ value: value ?? null }),
        (error: Error) => ({
          error: error.message,
          ...(error instanceof ServiceRefusal && { refused: true }),
        }),
      )
    }),
  )
  return { answers: fitAnswers(calls, answers) }
}

function refusal({ verb, server, of }: DoorCall, vpcCidr: string): string | undefined {
  if (!VERBS.includes(verb)) return `the door knows no call "${verb}"; it knows ${VERBS.join(', ')}`
  const { servers: others = [] } = (of ?? {}) as { servers?: ConsulServer[] }
  const addresses = [server, ...others].map((each) => each?.address ?? '')
  const outside = addresses.find((address) => !isIn(address, vpcCidr))
  return outside === undefined
    ? undefined
    : `the door does not lead to "${outside}", which is not in ${vpcCidr}`
}

const carryOut = (catalog: ServiceCatalog, { verb, server, of }: DoorCall): Promise<unknown> =>
  (catalog[verb] as (server: ConsulServer, of?: unknown) => Promise<unknown>).call(catalog, server, of)

/**
 * Keeps the answers that fit into one message, always including the first; reads that do not fit are put off.
 * The answer to a write is empty and always stays.
 */
export function fitAnswers(calls: DoorCall[], answers: DoorAnswer[], limit = ANSWER_LIMIT): DoorAnswer[] {
  let size = 0
  return answers.map((answer, index) => {
    const length = JSON.stringify(answer).length
    const read = READS.has(calls[index]?.verb)
    if (read && size && size + length > limit) return { deferred: true }
    size += length
    return answer
  })
}
