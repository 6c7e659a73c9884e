import type { Verdict } from '../../core/healing/judge.ts'

const WORD: Record<Verdict['verdict'], string> = {
  replace: 'given back to its group',
  wait: 'not replaced yet',
  leave: 'not replaced',
  hold: 'not replaced, a person should look',
}

/** A line for each instance that fails its check: since when, what becomes of it, and what the check says. */
export const sickText = (sick: readonly Verdict[]): string[] =>
  sick.map(({ instanceId, group, verdict, reason, seconds, output }) => {
    const said = output === '' ? '' : `; its check says: ${output}`
    return `sick: ${instanceId} of ${group} for ${seconds} s, ${WORD[verdict]}: ${reason}${said}`
  })
