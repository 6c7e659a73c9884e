import { seeded } from '../../support/seeded.ts'
import type { Arrival, Change, Form } from '../happenings.ts'

/**
 * One thing that happens, this many milliseconds after the start. `pick` (0 up to 1) chooses what it happens
 * to.
 */
export type Step = { at: number } & (
  | { do: 'launch'; service: number; count: number; tagged: boolean; event: Arrival }
  | { do: 'change'; to: Change; pick: number; event: Arrival }
  | { do: 'define'; service: number; form: Form; lost: boolean }
  | { do: 'reconcile' }
  | { do: 'kill'; who: 'leader' | 'follower'; pick: number }
  | { do: 'return' }
)

/** How many milliseconds a plan lasts. */
const LENGTH_MS = 48_000
/** For this long after a server's death only its neighbours' report triggers a round over the fleet. */
const ALONE_MS = 8_000
/**
 * Milliseconds between two changes of a definition: a round that the second one overtakes may remove what the
 * next round has just added (docs/registration.md, "What it cannot promise").
 */
const SETTLED_MS = 6000
/** How many milliseconds a definition is broken. */
const MENDED_MS = 2500

const ARRIVALS: Arrival[] = ['lost', 'once', 'once', 'twice', 'at once', 'at once']
const CHANGES: Change[] = [
  ...['terminate', 'terminate', 'terminate', 'drain', 'drain', 'drain', 'stop', 'run', 'run'],
  ...['restart', 'untag', 'tag', 'retag', 'forget'],
] as Change[]
const FORMS: Form[] = ['same', 'port', 'two services', 'two services', 'check', 'broken', 'removed']

/** Everything that happens, by seed: a leader and a follower are killed and come back, in either order. */
export function planOf(seed: number): Step[] {
  const random = seeded(seed)
  const one = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const [first, second] =
    random() < 0.5 ? (['leader', 'follower'] as const) : (['follower', 'leader'] as const)
  const deaths = [6000 + random() * 2000, 28_000 + random() * 2000]
  const steps: Step[] = deaths.flatMap((at, index): Step[] => [
    { at, do: 'kill', who: index === 0 ? first : second, pick: random() },
    { at: at + 9000 + random() * 2000, do: 'return' },
  ])
  const quiet = (at: number): boolean => deaths.some((death) => at > death - 500 && at < death + ALONE_MS)
  for (let at = 1000; at < LENGTH_MS; at += 4000 + random() * 2000)
    if (!quiet(at)) steps.push({ at, do: 'reconcile' })
  const defined = [0, 1, 2].map(() => ({ at: 0, form: 'same' as Form }))
  const define = (at: number): Step[] => {
    const service = Math.floor(random() * 3)
    const [form, lost] = [one(FORMS), random() < 0.3]
    const last = defined[service]
    if (!last || at - last.at < SETTLED_MS || quiet(at) || quiet(at + MENDED_MS)) return []
    last.at = at
    const step: Step = { at, do: 'define', service, form, lost }
    // A broken definition is soon repaired.
    if (form === 'broken' || form === 'removed')
      return [step, { ...step, at: at + MENDED_MS, form: last.form, lost: false }]
    last.form = form
    return [step]
  }
  for (let at = 500; at < LENGTH_MS; at += 100 + random() * 500) {
    const dice = random()
    const event = one(ARRIVALS)
    if (dice < 0.4) {
      const [service, count] = [Math.floor(random() * 3), 1 + Math.floor(random() * 3)]
      steps.push({ at, do: 'launch', service, count, tagged: random() < 0.9, event })
    } else if (dice < 0.92) steps.push({ at, do: 'change', to: one(CHANGES), pick: random(), event })
    else steps.push(...define(at))
  }
  return steps.sort((a, b) => a.at - b.at)
}
