import type { Refusal } from '../../local/refusals.ts'
import type { Finding } from './finding.ts'

const HOW: Record<Refusal['how'], string> = {
  refused: 'refused',
  cut: 'cut off',
  seen: 'seen and not stopped',
}
const SHOWN = 5

/** Calls that AWS's security groups would drop, and what opens them. */
export function refusedCalls(refused: readonly Refusal[]): Omit<Finding, 'subject'> {
  if (refused.length === 0) return { state: 'good', text: 'each goes where a needs leads' }
  const latest = refused.toSorted((a, b) => b.last - a.last)
  const more = refused.length > SHOWN ? [`and ${refused.length - SHOWN} others`] : []
  const text = [...latest.slice(0, SHOWN).map(inWords), ...more].join('; ')
  const remedy = "name the called service in the caller's needs and deploy the app; on AWS these calls hang"
  return { state: 'bad', text, remedy }
}

function inWords({ caller, target, port, count, how, last }: Refusal): string {
  const name =
    target.app === caller.app || target.app === '' ? target.service : `${target.app}/${target.service}`
  const who = caller.app === '' ? caller.service : `${caller.app}/${caller.service}`
  const times = count === 1 ? 'once' : `${count} times`
  const time = new Date(last * 1000).toISOString().slice(11, 19)
  return `${who} called ${name}:${port}, which no needs names: ${HOW[how]} ${times}, last at ${time} UTC`
}
