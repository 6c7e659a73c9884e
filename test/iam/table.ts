import type { Verdict } from './proof.ts'

/** The verdicts as text, one line each, those that need attention first. */
export function table(verdicts: Verdict[]): string {
  const bad = verdicts.filter(({ outcome }) => outcome !== 'noticed')
  const good = verdicts.filter(({ outcome }) => outcome === 'noticed')
  const line = ({ permission, step, outcome, detail, seconds }: Verdict): string => {
    const what = `${outcome.padEnd(8)} ${seconds.toFixed(1).padStart(5)} s  ${permission} | ${step}`
    return outcome === 'noticed' ? what : `${what}\n    ${detail.slice(-800)}`
  }
  return [...bad, ...good].map(line).join('\n')
}
