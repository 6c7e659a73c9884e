import * as z from 'zod'
import type { Happening } from './happening.ts'
import { oneLine } from './runs.ts'

/** A line of the log of `register` or `reconcile`. */
export interface LoggedLine {
  /** Milliseconds since 1970. */
  at: number
  text: string
}

const written = z.object({
  verb: z.enum(['register', 'deregister', 'forget', 'maintenance', 'return']),
  instanceId: z.string(),
  reason: z.string(),
})
const judged = z.object({
  instanceId: z.string(),
  verdict: z.enum(['replace', 'wait', 'leave', 'hold']),
  reason: z.string(),
  seconds: z.number(),
  output: z.string(),
})
const line = z.object({
  result: z.object({ changes: z.array(written).default([]), sick: z.array(judged).default([]) }),
})

/** The lines that may tell something (CloudWatch Logs User Guide, "Filter pattern syntax", JSON). */
export const ROUNDS_PATTERN = '{ ($.result.changes[0].verb = "*") || ($.result.sick[0].verdict = "*") }'

const VERBS: Record<z.infer<typeof written>['verb'], string> = {
  register: 'is registered in Consul',
  deregister: 'leaves Consul',
  forget: 'leaves Consul',
  maintenance: 'is out of DNS',
  return: 'is back in DNS',
}

const GOING = ['deregister', 'forget']

const VERDICTS: Record<z.infer<typeof judged>['verdict'], string> = {
  replace: 'is sick and given back to its group',
  wait: 'is sick',
  leave: 'is sick and not replaced',
  hold: 'is sick and held, a person should look',
}

/**
 * What the rounds wrote to Consul and how they judged sick instances. Rounds repeat a verdict every minute:
 * it is told when it changes.
 * @param lines in any order; those that are something else tell nothing
 * @param serviceOf the service of an instance; undefined for one of another app
 */
export function tellRounds(
  lines: readonly LoggedLine[],
  serviceOf: (instance: string) => string | undefined,
): Happening[] {
  const told: Happening[] = []
  const last = new Map<string, string>()
  const left = new Set<string>()
  for (const { at, text } of lines.toSorted((a, b) => a.at - b.at)) {
    const { changes, sick } = read(text)
    const moment = new Date(at).toISOString()
    const tell = (source: 'consul' | 'healing', instance: string, words: string): void => {
      const service = serviceOf(instance)
      if (service !== undefined) told.push({ at: moment, source, service, instance, text: words })
    }
    for (const { verb, instanceId, reason } of changes) {
      // Two rounds at once, or the entries of an instance with several services, say the same.
      const again = left.has(instanceId) && GOING.includes(verb)
      if (GOING.includes(verb)) left.add(instanceId)
      else left.delete(instanceId)
      if (again) continue
      tell('consul', instanceId, `${VERBS[verb]}${reason ? `: ${reason}` : ''}`)
    }
    for (const each of sick) {
      // Reasons count seconds.
      const now = `${each.verdict} ${each.reason.replaceAll(/\d+/g, '#')}`
      if (last.get(each.instanceId) === now) continue
      last.set(each.instanceId, now)
      tell('healing', each.instanceId, inWords(each))
    }
  }
  return told
}

function inWords({ verdict, reason, seconds, output }: z.infer<typeof judged>): string {
  const said = output === '' ? '' : `; its check says: ${oneLine(output)}`
  return `${VERDICTS[verdict]}: ${reason} (fails for ${seconds} s)${said}`
}

const NOTHING: z.infer<typeof line>['result'] = { changes: [], sick: [] }

function read(text: string): z.infer<typeof line>['result'] {
  try {
    const parsed = line.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data.result : NOTHING
  } catch (error) {
    // Lambda's own lines are no JSON.
    if (error instanceof SyntaxError) return NOTHING
    throw error
  }
}
